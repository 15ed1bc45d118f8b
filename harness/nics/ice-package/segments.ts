import { entrySizes, fileHeader, segmentHeader } from './layout.js';

export interface Segment {
  readonly type: number;
  /** In the file. */
  readonly start: number;
  readonly end: number;
}

export function countSegments(file: Buffer): number {
  return file.readUInt32LE(fileHeader.segmentCount);
}

/** Where the header of the file ends that counts so many segments. */
export function fileHeaderEnd(segmentCount: number): number {
  return fileHeader.segmentOffsets + 4 * segmentCount;
}

/** Of a file that has its header. A segment that ends after the file may have no type in it. */
export function readSegments(file: Buffer): Segment[] {
  return Array.from({ length: countSegments(file) }, (_, index) => {
    const start = file.readUInt32LE(fileHeaderEnd(index));
    const headerEnd = start + segmentHeader.end;
    if (headerEnd > file.length) return { type: 0, start, end: headerEnd };
    const end = Math.max(headerEnd, start + file.readUInt32LE(start + segmentHeader.size));
    return { type: file.readUInt32LE(start + segmentHeader.type), start, end };
  });
}

/**
 * The buffers of a segment, as ice_find_buf_table() finds them: after a table of devices and one of NVM versions,
 * each with its length before it. Undefined if these go past the end of the file, where the driver would follow.
 */
export function readBuffers(file: Buffer, { start }: Segment): Buffer[] | undefined {
  let end = start + segmentHeader.end;
  const skipTable = (entrySize: number): number | undefined => {
    if (end + 4 > file.length) return undefined;
    const count = file.readUInt32LE(end);
    end += 4 + count * entrySize;
    return end > file.length ? undefined : count;
  };
  if (skipTable(entrySizes.device) === undefined || skipTable(entrySizes.nvmVersion) === undefined) return undefined;
  const count = skipTable(entrySizes.buffer);
  if (count === undefined) return undefined;
  const first = end - count * entrySizes.buffer;
  return Array.from({ length: count }, (_, index) => {
    const at = first + index * entrySizes.buffer;
    return file.subarray(at, at + entrySizes.buffer);
  });
}
