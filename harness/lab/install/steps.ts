import { basename } from 'node:path';
import { FlashError } from '../../errors.js';
import { runOn, type RemoteHost } from '../remote/remote-host.js';
import { readBootRecord, writeBootRecord } from './boot-record.js';
import { defaultOf, entryOf, onceId, withOnceEntry } from './grub-config.js';
import { healthPaths, healthScript, healthUnit } from './health.js';

/** A kernel as a package of Debian's. */
export interface KernelPackage {
  readonly file: string;
  readonly release: string;
  readonly bytes: number;
  readonly installedBytes: number;
}

export interface Installation {
  readonly kernel: KernelPackage;
  /** How long the new kernel has until it is confirmed. */
  readonly confirmSeconds: number;
}

export interface InstallStep {
  readonly name: string;
  readonly run: (host: RemoteHost, installation: Installation) => Promise<void>;
}

export const paths = {
  grub: '/boot/grub/grub.cfg',
  custom: '/boot/grub/custom.cfg',
  pin: '/etc/default/grub.d/zz-flash-lab.cfg',
  packages: '/var/lib/flash/packages',
} as const;

const minutes = 60_000;
const packageName = (release: string): string => `linux-image-${release}`;

/** In this order: wherever they are cut off, the machine boots its old kernel. */
export const installSteps: readonly InstallStep[] = [
  { name: 'look whether it can be done', run: requireInstallable },
  { name: 'have the old kernel stay the default', run: pinOldKernel },
  { name: 'copy the package', run: ({ upload }, { kernel }) => upload(kernel.file, placeOf(kernel)) },
  { name: 'install the package', run: installPackage },
  { name: 'guard the first boot', run: guardBoot },
  { name: 'boot it once', run: bootOnce },
];

function placeOf({ file }: KernelPackage): string {
  return `${paths.packages}/${basename(file)}`;
}

export async function runningRelease(host: RemoteHost): Promise<string> {
  return (await runOn(host, ['uname', '-r'])).trim();
}

async function readGrub(host: RemoteHost): Promise<string> {
  const config = await host.read(paths.grub);
  if (config !== undefined) return config;
  throw refusal(
    host,
    'it has no /boot/grub/grub.cfg',
    'machines that boot with GRUB can be told to boot a kernel once',
  );
}

function refusal({ name }: RemoteHost, reason: string, advice: string): FlashError {
  return new FlashError('infrastructure', `no kernel is installed on ${name}: ${reason}`, { advice });
}

async function requireInstallable(host: RemoteHost, { kernel }: Installation): Promise<void> {
  const running = await runningRelease(host);
  if (running === kernel.release)
    throw refusal(host, `it runs ${running} already`, 'boot its own kernel first: `npm run lab -- restore --kernel`');
  const config = await readGrub(host);
  if (entryOf(config, running) === undefined)
    throw refusal(host, `GRUB has no entry for ${running}, which runs`, 'run update-grub there');
  if (!config.includes('custom.cfg'))
    throw refusal(host, 'its grub.cfg does not read custom.cfg', 'have /etc/grub.d/41_custom executable');
  await requireGrubWrites(host);
  await requireRoom(host, kernel, running);
}

/** What GRUB cannot write to, it cannot forget: the new kernel would be booted again and again. */
async function requireGrubWrites(host: RemoteHost): Promise<void> {
  const abstraction = (await runOn(host, ['grub-probe', '--target=abstraction', '/boot/grub'])).trim();
  const fileSystem = (await runOn(host, ['grub-probe', '--target=fs', '/boot/grub'])).trim();
  if (abstraction === '' && !['btrfs', 'zfs'].includes(fileSystem)) return;
  const found = [fileSystem, abstraction].filter(Boolean).join(' on ');
  throw refusal(
    host,
    `its /boot/grub is on ${found}, where GRUB cannot note that it has booted a kernel once`,
    'have /boot on a partition of its own with ext4',
  );
}

async function freeBytes(host: RemoteHost, path: string): Promise<number> {
  const rows = (await runOn(host, ['df', '-Pk', path])).trim().split('\n');
  return Number(rows.at(-1)?.split(/\s+/)[3]) * 1024;
}

async function requireRoom(host: RemoteHost, kernel: KernelPackage, running: string): Promise<void> {
  const sizes = await runOn(host, ['stat', '-c', '%s', `/boot/vmlinuz-${running}`, `/boot/initrd.img-${running}`]);
  const bootBytes = sizes
    .trim()
    .split('\n')
    .map(Number)
    .reduce((sum, size) => sum + size, 0);
  // An initramfs is written beside the one it replaces.
  const needed = { '/boot': 2 * bootBytes, '/': kernel.installedBytes + kernel.bytes + 2 * bootBytes };
  for (const [path, bytes] of Object.entries(needed)) {
    const free = await freeBytes(host, path);
    if (free >= bytes) continue;
    const mib = (count: number): string => `${Math.ceil(count / 2 ** 20)} MiB`;
    throw new FlashError(
      'noDiskSpace',
      `the kernel needs ${mib(bytes)} in ${path} on ${host.name}, where ${mib(free)} are free`,
      {
        advice: 'free some space there; nothing has been changed',
      },
    );
  }
}

/** Before there is a newer kernel, which GRUB would prefer. */
async function pinOldKernel(host: RemoteHost, { kernel }: Installation): Promise<void> {
  const earlier = await readBootRecord(host);
  const running = await runningRelease(host);
  const entry = entryOf(await readGrub(host), running)?.path ?? '';
  await writeBootRecord(host, {
    version: 1,
    oldRelease: earlier?.oldRelease ?? running,
    oldEntry: entry,
    release: kernel.release,
    packageName: packageName(kernel.release),
  });
  await host.write(paths.pin, `# Written by \`npm run lab -- install\`.\nGRUB_DEFAULT='${entry}'\n`);
  await runOn(host, ['update-grub'], 5 * minutes);
  await requireDefault(host, entry);
}

async function requireDefault(host: RemoteHost, entry: string): Promise<void> {
  const now = defaultOf(await readGrub(host));
  if (now === entry) return;
  throw refusal(host, `GRUB's default is ${now ?? 'none'} and not ${entry}`, 'look at /etc/default/grub there');
}

async function installPackage(host: RemoteHost, { kernel }: Installation): Promise<void> {
  const { exitCode, stdout, stderr } = await host.attempt(['dpkg', '-i', placeOf(kernel)], 20 * minutes);
  const missing = exitCode === 0 ? await missingFiles(host, kernel.release) : [];
  const entry = (await readBootRecord(host))?.oldEntry ?? '';
  if (exitCode !== 0 || missing.length > 0) {
    await removePackage(host, kernel.release);
    await host.remove(placeOf(kernel));
    const full = /No space left/.test(`${stdout}${stderr}`);
    throw new FlashError(
      full ? 'noDiskSpace' : 'infrastructure',
      `the package could not be installed on ${host.name}${full ? ', whose disk is full' : ''}; it has been removed again`,
      {
        logTail:
          missing.length > 0
            ? `without ${missing.join(', ')}`
            : `${stdout}${stderr}`.trimEnd().split('\n').slice(-8).join('\n'),
      },
    );
  }
  await host.remove(placeOf(kernel));
  await requireDefault(host, entry);
}

async function missingFiles(host: RemoteHost, release: string): Promise<readonly string[]> {
  const files = [`/boot/vmlinuz-${release}`, `/boot/initrd.img-${release}`];
  const missing: string[] = [];
  for (const file of files) if ((await host.attempt(['test', '-s', file])).exitCode !== 0) missing.push(file);
  return missing;
}

export async function removePackage(host: RemoteHost, release: string): Promise<void> {
  await host.attempt(['dpkg', '--purge', '--force-remove-reinstreq', packageName(release)], 10 * minutes);
  await host.attempt(['rm', '-f', `/boot/initrd.img-${release}`, `/boot/initrd.img-${release}.new`]);
}

async function guardBoot(host: RemoteHost, { kernel, confirmSeconds }: Installation): Promise<void> {
  const entry = entryOf(await readGrub(host), kernel.release);
  if (entry === undefined) throw refusal(host, `GRUB has no entry for ${kernel.release}`, 'run update-grub there');
  await host.write(healthPaths.script, healthScript(confirmSeconds));
  await host.write(healthPaths.unit, healthUnit);
  await runOn(host, ['mkdir', '-p', '/etc/systemd/system/sysinit.target.wants']);
  await runOn(host, ['ln', '-sf', healthPaths.unit, healthPaths.wanted]);
  await host.write(paths.custom, withOnceEntry((await host.read(paths.custom)) ?? '', entry));
}

async function bootOnce(host: RemoteHost): Promise<void> {
  await runOn(host, ['grub-reboot', onceId]);
  const environment = await runOn(host, ['grub-editenv', '-', 'list']);
  if (!environment.split('\n').includes(`next_entry=${onceId}`))
    throw refusal(host, 'grub-reboot left no next_entry', 'look at /boot/grub/grubenv there');
  await runOn(host, ['sync']);
}
