import { bufferHeader, entrySizes, limits, sectionEntry } from './layout.js';

/**
 * The first section of a type, as ice_pkg_enum_section() looks for it: a bad buffer ends the search, and so does
 * a section of that type with bad bounds.
 */
export function findSection(buffers: readonly Buffer[], type: number): Buffer | undefined {
  for (const buffer of buffers) {
    if (!isBuffer(buffer)) return undefined;
    const entries = Array.from({ length: buffer.readUInt16LE(bufferHeader.sectionCount) }, (_, index) =>
      buffer.subarray(bufferHeader.sections + index * sectionEntry.end),
    );
    const entry = entries.find((each) => each.readUInt32LE(sectionEntry.type) === type);
    if (entry !== undefined) return readSection(buffer, entry);
  }
  return undefined;
}

/** ice_pkg_val_buf(). */
function isBuffer(buffer: Buffer): boolean {
  return (
    isWithin(buffer.readUInt16LE(bufferHeader.sectionCount), limits.sectionCount) &&
    isWithin(buffer.readUInt16LE(bufferHeader.dataEnd), limits.dataEnd)
  );
}

function readSection(buffer: Buffer, entry: Buffer): Buffer | undefined {
  const offset = entry.readUInt16LE(sectionEntry.offset);
  const size = entry.readUInt16LE(sectionEntry.size);
  if (!isWithin(offset, limits.sectionOffset) || !isWithin(size, limits.sectionSize)) return undefined;
  return offset + size > entrySizes.buffer ? undefined : buffer.subarray(offset, offset + size);
}

function isWithin(number: number, { min, max }: { readonly min: number; readonly max: number }): boolean {
  return number >= min && number <= max;
}
