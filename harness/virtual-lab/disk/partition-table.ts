import { closeSync, openSync, writeSync } from 'node:fs';

const sectorBytes = 512;

/** Where the one partition begins; the boot loader lies before it. */
export const partitionStart = 1 << 20;

/** The first sector of a disk with one bootable Linux partition, which takes all that follows partitionStart. */
export function partitionTable(diskBytes: number): Buffer {
  const sector = Buffer.alloc(sectorBytes);
  const entry = sector.subarray(446);
  // As cylinder, head and sector: beyond what those can say.
  const beyond = [0xfe, 0xff, 0xff];
  entry.set([0x80, ...beyond, 0x83, ...beyond]);
  entry.writeUInt32LE(partitionStart / sectorBytes, 8);
  entry.writeUInt32LE((diskBytes - partitionStart) / sectorBytes, 12);
  sector.writeUInt16LE(0xaa55, sectorBytes - 2);
  return sector;
}

export function writePartitionTable(disk: string, diskBytes: number): void {
  const file = openSync(disk, 'r+');
  try {
    writeSync(file, partitionTable(diskBytes), 0, sectorBytes, 0);
  } finally {
    closeSync(file);
  }
}
