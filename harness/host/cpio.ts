/** A file of an archive; the directories that lead to it come by themselves. */
export interface ArchivedFile {
  readonly path: string;
  readonly bytes: Buffer;
}

/**
 * A cpio archive in the form "newc", which the kernel unpacks as it boots (init/initramfs.c,
 * Documentation/driver-api/early-userspace/buffer-format.rst). The same bytes for the same files.
 */
export function writeCpio(files: readonly ArchivedFile[]): Buffer {
  const directories = [...new Set(files.flatMap(({ path }) => parents(path)))].sort();
  const entries = [
    ...directories.map((path) => ({ path, mode: 0o040755, bytes: Buffer.alloc(0) })),
    ...files.map((file) => ({ ...file, mode: 0o100644 })),
  ];
  const trailer = { path: 'TRAILER!!!', mode: 0, bytes: Buffer.alloc(0) };
  return Buffer.concat([...entries, trailer].map((entry, index) => writeEntry({ ...entry, inode: index + 1 })));
}

/** What has to be there before a path can be made, from the top. */
function parents(path: string): string[] {
  const parts = path.split('/').slice(0, -1);
  return parts.map((_part, index) => parts.slice(0, index + 1).join('/'));
}

interface Entry extends ArchivedFile {
  readonly mode: number;
  readonly inode: number;
}

/** The magic, thirteen numbers in hexadecimal, the path with a zero at its end, the bytes; each part padded. */
function writeEntry({ path, mode, bytes, inode }: Entry): Buffer {
  const name = Buffer.from(`${path}\0`);
  const owner = [0, 0];
  const links = 1;
  const time = 0;
  const devices = [0, 0, 0, 0];
  const checksum = 0;
  const numbers = [inode, mode, ...owner, links, time, bytes.length, ...devices, name.length, checksum];
  const header = `070701${numbers.map((number) => number.toString(16).padStart(8, '0')).join('')}`;
  return Buffer.concat([padded(Buffer.concat([Buffer.from(header), name])), padded(bytes)]);
}

function padded(bytes: Buffer): Buffer {
  return Buffer.concat([bytes, Buffer.alloc(-bytes.length & 3)]);
}
