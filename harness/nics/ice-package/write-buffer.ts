import { bufferHeader, entrySizes, sectionEntry } from './layout.js';
import type { Section } from './sections.js';

/** One buffer with the sections one after the other, as ice_pkg_val_buf() and ice_pkg_enum_section() read it. */
export function writeBuffer(sections: readonly Section[]): Buffer {
  const buffer = Buffer.alloc(entrySizes.buffer);
  let end = bufferHeader.sections + sections.length * sectionEntry.end;
  for (const [index, { type, bytes }] of sections.entries()) {
    if (end + bytes.length > buffer.length) throw new RangeError('the sections do not fit into one buffer');
    const entry = bufferHeader.sections + index * sectionEntry.end;
    buffer.writeUInt32LE(type, entry + sectionEntry.type);
    buffer.writeUInt16LE(end, entry + sectionEntry.offset);
    buffer.writeUInt16LE(bytes.length, entry + sectionEntry.size);
    bytes.copy(buffer, end);
    end += bytes.length;
  }
  buffer.writeUInt16LE(sections.length, bufferHeader.sectionCount);
  buffer.writeUInt16LE(end, bufferHeader.dataEnd);
  return buffer;
}
