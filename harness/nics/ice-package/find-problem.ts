import { findSection } from './find-section.js';
import { fileHeader, metadata, rsa2k, sectionTypes, segmentTypes, signatureSegment } from './layout.js';
import { countSegments, fileHeaderEnd, readBuffers, readSegments, type Segment } from './segments.js';
import { describeVersion, formatVersion, readVersion, supportedVersion, type PackageVersion } from './version.js';

/** Why the driver would not take a file as the package of an E810, in the order of ice_init_pkg(); else undefined. */
export function findProblem(file: Buffer): string | undefined {
  return findFileProblem(file) ?? findContentProblem(file);
}

/** What ice_verify_pkg() looks at; and a distribution may have compressed the file. */
function findFileProblem(file: Buffer): string | undefined {
  if (file.length === 0) return 'it is empty';
  const compression = findCompression(file);
  if (compression !== undefined) return `it is compressed: ${compression} -d decompresses it`;
  if (file.length < fileHeaderEnd(1)) return `it is cut off after ${file.length} bytes`;
  if (describeVersion(readVersion(file, fileHeader.version)) !== describeVersion(formatVersion))
    return 'it does not begin as a DDP package does';
  const count = countSegments(file);
  if (count < 1) return 'it has no segments';
  if (file.length < fileHeaderEnd(count)) return `it is cut off: its ${count} segments do not fit`;
  const segments = readSegments(file);
  const cut = segments.findIndex(({ end }) => end > file.length);
  if (cut === -1) return undefined;
  const where = `segment ${cut + 1} of ${count} ends at byte ${segments[cut]?.end}`;
  return `it is cut off: ${where}, the file at byte ${file.length}`;
}

const compressions = { zstd: '28b52ffd', xz: 'fd377a585a00' } as const;

function findCompression(file: Buffer): string | undefined {
  const start = file.toString('hex', 0, 6);
  return Object.entries(compressions).find(([, magic]) => start.startsWith(magic))?.[0];
}

/** What ice_init_pkg_info(), ice_match_signing_seg() and ice_chk_pkg_version() look at, and how long the tables are. */
function findContentProblem(file: Buffer): string | undefined {
  const segments = readSegments(file);
  const configuration = segments.find(({ type }) => type === segmentTypes.e810);
  if (configuration === undefined) return 'it has no segment for the E810';
  const buffers = readBuffers(file, configuration);
  if (buffers === undefined) return 'the tables of its segment for the E810 go past the end of the file';
  const found = findSection(buffers, sectionTypes.metadata);
  if (found === undefined || found.length < metadata.end) return 'it has no version';
  const signatures = segments.filter(({ type }) => type === segmentTypes.signature);
  if (signatures.length > 0 && !signatures.some((segment) => isForE810(file, segment)))
    return 'it is signed, but not for the E810';
  return findVersionProblem(readVersion(found, metadata.version));
}

function isForE810(file: Buffer, { start, end }: Segment): boolean {
  return (
    end - start >= signatureSegment.end &&
    file.readUInt32LE(start + signatureSegment.signedSegmentType) === segmentTypes.e810 &&
    file.readUInt32LE(start + signatureSegment.kind) === rsa2k
  );
}

function findVersionProblem(version: PackageVersion): string | undefined {
  const distance = version.major - supportedVersion.major || version.minor - supportedVersion.minor;
  if (distance === 0) return undefined;
  const supported = `${supportedVersion.major}.${supportedVersion.minor}`;
  const how = distance < 0 ? 'old' : 'new';
  return `it has version ${describeVersion(version)}, which is too ${how}: the driver takes ${supported}`;
}
