import type { Umem } from '../../../ffi/umem.js';

/** `struct packet_metadata` of bpf/packet_metadata.h. */
export interface PacketMetadata {
  readonly timeNs: bigint;
  readonly hash: number;
  readonly ifindex: number;
  readonly queue: number;
  readonly bytes: number;
  readonly flags: number;
  /** "HSLF", if there is any. */
  readonly magic: string;
}

const metadataBytes = 32;

/** What lies before the packet at an address. */
export function readMetadata(umem: Umem, addr: number): PacketMetadata {
  const bytes = Buffer.from(umem.read(addr - metadataBytes, metadataBytes));
  return {
    timeNs: bytes.readBigUInt64LE(0),
    hash: bytes.readUInt32LE(8),
    ifindex: bytes.readUInt32LE(12),
    queue: bytes.readUInt32LE(16),
    bytes: bytes.readUInt32LE(20),
    flags: bytes.readUInt32LE(24),
    magic: bytes.toString('latin1', 28, 32),
  };
}
