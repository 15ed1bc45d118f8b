import { FlashError } from '../../errors.js';
import { runOn, type RemoteHost } from '../remote/remote-host.js';
import { bootRecordPath, readBootRecord } from './boot-record.js';
import { defaultOf, entryOf, withoutOnceEntry } from './grub-config.js';
import { healthPaths } from './health.js';
import { paths, removePackage } from './steps.js';

export interface UninstallStep {
  readonly name: string;
  readonly run: (host: RemoteHost) => Promise<void>;
}

const updateDeadlineMs = 300_000;

/** In this order: the old kernel stays the default until there is no other. */
export const uninstallSteps: readonly UninstallStep[] = [
  { name: 'have it booted no more', run: forgetOnce },
  { name: 'remove the package', run: removeKernel },
  { name: 'remove the entry that boots it once', run: removeOnce },
  { name: 'remove the guard of its first boot', run: removeGuard },
  { name: 'let GRUB choose as before', run: unpin },
];

/** First of all: a kernel that is gone must not be what GRUB boots next. */
async function forgetOnce(host: RemoteHost): Promise<void> {
  await runOn(host, ['grub-editenv', '-', 'unset', 'next_entry']);
}

async function removeKernel(host: RemoteHost): Promise<void> {
  const record = await readBootRecord(host);
  if (record === undefined) return;
  if ((await runOn(host, ['uname', '-r'])).trim() === record.release)
    throw new FlashError('infrastructure', `${host.name} still runs ${record.release}`, { advice: 'reboot it first' });
  await removePackage(host, record.release);
  await host.remove(paths.packages);
}

async function removeOnce(host: RemoteHost): Promise<void> {
  const custom = await host.read(paths.custom);
  if (custom === undefined) return;
  const rest = withoutOnceEntry(custom);
  if (rest.trim() === '') await host.remove(paths.custom);
  else if (rest !== custom) await host.write(paths.custom, rest);
}

async function removeGuard(host: RemoteHost): Promise<void> {
  for (const path of [healthPaths.wanted, healthPaths.unit, '/etc/flash-lab']) await host.remove(path);
}

async function unpin(host: RemoteHost): Promise<void> {
  await host.remove(paths.pin);
  await runOn(host, ['update-grub'], updateDeadlineMs);
  await host.remove(bootRecordPath);
}

/** After --keep, the other kernel is the default: it is the old one's turn again. */
export async function pinAgain(host: RemoteHost, oldRelease: string): Promise<void> {
  const config = (await host.read(paths.grub)) ?? '';
  const entry = entryOf(config, oldRelease)?.path;
  if (entry === undefined)
    throw new FlashError('infrastructure', `GRUB of ${host.name} has no entry for its old kernel ${oldRelease}`, {
      advice: 'choose another kernel on its console',
    });
  if (defaultOf(config) === entry) return;
  await host.write(paths.pin, `# Written by \`npm run lab -- restore\`.\nGRUB_DEFAULT='${entry}'\n`);
  await runOn(host, ['update-grub'], updateDeadlineMs);
}
