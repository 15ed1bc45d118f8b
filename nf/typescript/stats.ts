import type { NativeStats } from '../../harness/ffi/flash-port.js';

/** What a port has done since it was opened. */
export interface Stats {
  /** Packets that were received, and their bytes. */
  readonly rxPackets: number;
  readonly rxBytes: number;
  /** Packets that were sent, and their bytes. */
  readonly txPackets: number;
  readonly txBytes: number;
  /** Packets that send() had no room for. */
  readonly txFull: number;
  /** System calls that had the kernel go on. */
  readonly kicks: number;
  /** How often wait() slept, and how often it found work while it looked busily. */
  readonly sleeps: number;
  readonly busyWaits: number;
  /** What the rings said of packets and cannot be, such as that one is longer than its frame. */
  readonly impossible: number;
  readonly kernel: KernelStats;
}

/** What the kernel counts, see `struct xdp_statistics`. */
export interface KernelStats {
  /** Packets that were dropped for other reasons than those below. */
  readonly rxDropped: number;
  /** Frames of the fill ring that the kernel refused. */
  readonly rxInvalid: number;
  /** Packets that the kernel refused to send. */
  readonly txInvalid: number;
  /** Packets that were dropped because RX was full. */
  readonly rxRingFull: number;
  /** How often the fill ring was empty. */
  readonly fillRingEmpty: number;
  /** How often there was nothing to send. */
  readonly txRingEmpty: number;
}

export function readStats(native: NativeStats, impossible: number): Stats {
  const { kernel } = native;
  return {
    rxPackets: Number(native.rx_packets),
    rxBytes: Number(native.rx_bytes),
    txPackets: Number(native.tx_packets),
    txBytes: Number(native.tx_bytes),
    txFull: Number(native.tx_full),
    kicks: Number(native.kicks),
    sleeps: Number(native.sleeps),
    busyWaits: Number(native.busy_waits),
    impossible,
    kernel: {
      rxDropped: Number(kernel.rx_dropped),
      rxInvalid: Number(kernel.rx_invalid_descs),
      txInvalid: Number(kernel.tx_invalid_descs),
      rxRingFull: Number(kernel.rx_ring_full),
      fillRingEmpty: Number(kernel.rx_fill_ring_empty_descs),
      txRingEmpty: Number(kernel.tx_ring_empty_descs),
    },
  };
}
