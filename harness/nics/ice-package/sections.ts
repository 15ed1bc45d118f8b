import { metadata, packageNameSize, packetTypeCount, sectionTypes } from './layout.js';
import { versionSize, writeVersion, type PackageVersion } from './version.js';

export interface Section {
  readonly type: number;
  readonly bytes: Buffer;
}

/** What ice_init_pkg_info() reads the version from. */
export function metadataSection(version: PackageVersion, name: string, trackId: number): Section {
  const bytes = Buffer.alloc(metadata.end);
  writeVersion(version).copy(bytes, metadata.version, 0, versionSize);
  bytes.write(fitting(name, packageNameSize), metadata.name, 'latin1');
  bytes.writeUInt32LE(trackId, metadata.trackId);
  return { type: sectionTypes.metadata, bytes };
}

/** The group of each type of packet; what is in none is in group 0. */
export type PacketGroups = ReadonlyMap<number, number>;

/** struct ice_xlt1_section, which ice_fill_tbl() copies: count, first type, a byte for each type from there. */
export function groupSection(type: number, groups: PacketGroups): Section {
  const table = Buffer.alloc(packetTypeCount);
  for (const [packetType, group] of groups) table.writeUInt8(group, packetType);
  const head = Buffer.alloc(4);
  head.writeUInt16LE(packetTypeCount, 0);
  return { type, bytes: Buffer.concat([head, table]) };
}

/** Text that leaves room for the zero at its end. */
export function fitting(text: string, size: number): string {
  if (text.length < size) return text;
  throw new RangeError(`"${text}" has more than ${size - 1} characters`);
}
