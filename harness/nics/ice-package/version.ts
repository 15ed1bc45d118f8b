/** struct ice_pkg_ver: four bytes, the major version first. */
export interface PackageVersion {
  readonly major: number;
  readonly minor: number;
  readonly update: number;
  readonly draft: number;
}

export const versionSize = 4;

/** The version of the file's own format, and the only one that ice_verify_pkg() takes. */
export const formatVersion: PackageVersion = { major: 1, minor: 0, update: 0, draft: 0 };

/** What ice_chk_pkg_version() takes, with any update and draft. */
export const supportedVersion = { major: 1, minor: 3 } as const;

export function writeVersion({ major, minor, update, draft }: PackageVersion): Buffer {
  return Buffer.from([major, minor, update, draft]);
}

export function readVersion(bytes: Buffer, offset: number): PackageVersion {
  const byte = (index: number): number => bytes.readUInt8(offset + index);
  return { major: byte(0), minor: byte(1), update: byte(2), draft: byte(3) };
}

export function describeVersion({ major, minor, update, draft }: PackageVersion): string {
  return [major, minor, update, draft].join('.');
}
