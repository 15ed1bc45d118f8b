import { copyFileSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { FlashError } from '../../errors.js';
import { findFreshArchive, type FreshArchive, type Suite } from '../../fresh/archive.js';
import type { OnProgress } from '../../host/progress.js';
import type { Firmware } from '../../nics/firmware.js';
import { attempt, lastLines, run } from '../../process/run.js';
import { diskInputs, packagesOf, keyFiles } from './inputs.js';
import { partitionStart, writePartitionTable } from './partition-table.js';
import { toolEnv } from './tools.js';

export interface FileSystemOptions {
  /** For what is only needed meanwhile. */
  readonly scratchDir: string;
  /** The directory of the keys. */
  readonly keys: string;
  /** The file to make. */
  readonly disk: string;
  readonly diskBytes: number;
  readonly suite: Suite;
  readonly firmware: readonly Firmware[];
  readonly onProgress: OnProgress;
}

/** A kernel with its initramfs, outside the disk that has them. */
export interface BootFiles {
  readonly kernel: string;
  readonly initrd: string;
}

/** Makes a disk of one partition with a whole system, which nothing boots from yet. */
export async function makeFileSystem(options: FileSystemOptions): Promise<BootFiles> {
  const { scratchDir, keys, disk, diskBytes, suite, onProgress } = options;
  onProgress({ kind: 'phase', phase: `virtual lab: installing ${suite}` });
  const archive = await findFreshArchive(suite, scratchDir);
  const files = join(scratchDir, 'files');
  collectFiles(files, keys, options.firmware);
  const archivePath = join(scratchDir, 'system.tar');
  await install(archive, files, archivePath);

  onProgress({ kind: 'phase', phase: 'virtual lab: writing the disk' });
  await run('truncate', ['-s', String(diskBytes), disk]);
  const system = join(scratchDir, 'system');
  mkdirSync(system);
  const kibibytes = `${(diskBytes - partitionStart) / 1024}k`;
  await asRoot('sh', [
    ...['-euc', unpackAndWrite, 'sh', archivePath, system, disk, String(partitionStart), kibibytes],
    ...[join(scratchDir, 'vmlinuz'), join(scratchDir, 'initrd')],
  ]);
  writePartitionTable(disk, diskBytes);
  return { kernel: join(scratchDir, 'vmlinuz'), initrd: join(scratchDir, 'initrd') };
}

/** The features left out are newer than what GRUB reads. */
const unpackAndWrite = `
tar -C "$2" -xf "$1"
rm "$1"
cp -L "$2"/boot/vmlinuz-* "$6"
cp -L "$2"/boot/initrd.img-* "$7"
mke2fs -q -t ext4 -L virtual-lab -O ^metadata_csum_seed,^orphan_file -E "offset=$4" -d "$2" "$3" "$5"
rm -r "$2"
`;

/** The owners of files are those of the system, whoever makes it. */
async function asRoot(program: string, args: readonly string[]): Promise<void> {
  const words = process.getuid?.() === 0 ? [program, ...args] : ['fakeroot', program, ...args];
  await run('env', words, { env: toolEnv });
}

function collectFiles(files: string, keys: string, firmware: readonly Firmware[]): void {
  mkdirSync(files);
  for (const name of keyFiles) copyFileSync(join(keys, name), join(files, name));
  for (const { name, load } of firmware) {
    const path = join(files, 'firmware', name);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, load());
  }
}

async function install(archive: FreshArchive, files: string, archivePath: string): Promise<void> {
  const { exitCode, stderr } = await attempt('mmdebstrap', mmdebstrapArgs(archive, files, archivePath), {
    env: { ...toolEnv, LC_ALL: 'C' },
  });
  if (exitCode === 0) return;
  throw new FlashError('noNetwork', `mmdebstrap of ${archive.suite} exited with ${exitCode}`, {
    logTail: lastLines(stderr, 12),
  });
}

/** Nobody reads manuals there. */
const leftOut = ['doc', 'man', 'locale', 'info'].map((name) => `--dpkgopt=path-exclude=/usr/share/${name}/*`);

export function mmdebstrapArgs(
  { suite, signedBy, components, pockets }: Pick<FreshArchive, 'suite' | 'signedBy' | 'components' | 'pockets'>,
  files: string,
  archivePath: string,
): string[] {
  const hook = (name: string, ...args: readonly string[]): string =>
    [join(diskInputs, name), ...args].map((word) => (word === '$1' ? '"$1"' : quote(word))).join(' ');
  const sources = pockets.map(
    ({ uri, suite: pocket }) => `deb [signed-by=${signedBy}] ${uri} ${pocket} ${components.join(' ')}`,
  );
  return [
    ...['--quiet', '--variant=apt', `--include=${packagesOf().join(',')}`, ...leftOut],
    ...[`--essential-hook=${hook('prepare', '$1')}`, `--customize-hook=${hook('customize', '$1', files)}`],
    ...[suite, archivePath, ...sources],
  ];
}

function quote(word: string): string {
  return `'${word.replaceAll("'", String.raw`'\''`)}'`;
}
