import { fileHeader, sectionTypes, segmentHeader, segmentNameSize, segmentTypes } from './layout.js';
import { fitting, groupSection, metadataSection, type PacketGroups } from './sections.js';
import { formatVersion, versionSize, writeVersion, type PackageVersion } from './version.js';
import { writeBuffer } from './write-buffer.js';

export interface PackageContents {
  readonly version: PackageVersion;
  /** What the driver prints and `ethtool -i` and devlink show. */
  readonly name: string;
  readonly trackId: number;
  /** For RSS and for the flow director. */
  readonly groups: PacketGroups;
}

/** A package with one segment, which has one buffer; the same bytes for the same contents. */
export function writePackage({ version, name, trackId, groups }: PackageContents): Buffer {
  const buffer = writeBuffer([
    metadataSection(version, name, trackId),
    groupSection(sectionTypes.rssGroups, groups),
    groupSection(sectionTypes.flowDirectorGroups, groups),
  ]);
  const header = Buffer.alloc(fileHeader.segmentOffsets + 4);
  writeVersion(formatVersion).copy(header, fileHeader.version, 0, versionSize);
  header.writeUInt32LE(1, fileHeader.segmentCount);
  header.writeUInt32LE(header.length, fileHeader.segmentOffsets);
  return Buffer.concat([header, segment(name, buffer)]);
}

/**
 * What ice_find_buf_table() expects: no devices, which the driver does not look at, no NVM versions, one buffer.
 * Any NVM takes a format with the minor version 0 (ice_chk_pkg_compat()).
 */
function segment(name: string, buffer: Buffer): Buffer {
  const counts = Buffer.alloc(12);
  counts.writeUInt32LE(1, 8);
  const header = Buffer.alloc(segmentHeader.end);
  header.writeUInt32LE(segmentTypes.e810, segmentHeader.type);
  writeVersion(formatVersion).copy(header, segmentHeader.version, 0, versionSize);
  header.writeUInt32LE(header.length + counts.length + buffer.length, segmentHeader.size);
  header.write(fitting(name, segmentNameSize), segmentHeader.name, 'latin1');
  return Buffer.concat([header, counts, buffer]);
}
