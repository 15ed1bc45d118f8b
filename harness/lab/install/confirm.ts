import { FlashError } from '../../errors.js';
import type { LabMachine } from '../inventory/inventory.js';
import { isPciAddress } from '../inventory/schema.js';
import type { RemoteHost } from '../remote/remote-host.js';
import { healthPaths } from './health.js';
import { runningRelease } from './steps.js';

/** Why the kernel that runs is not what was wanted; undefined if it is. */
export async function findFault(
  host: RemoteHost,
  { ports }: Pick<LabMachine, 'ports'>,
  release: string,
): Promise<string | undefined> {
  const running = await runningRelease(host);
  if (running !== release) return `it runs ${running} again, and not ${release}`;
  if ((await host.attempt(['test', '-d', '/sys/kernel/flash'])).exitCode !== 0) return `${release} has no FLASH`;
  for (const [port, address] of Object.entries(ports)) {
    const path = isPciAddress(address) ? `/sys/bus/pci/devices/${address}/net` : `/sys/class/net/${address}`;
    if ((await host.attempt(['test', '-e', path])).exitCode !== 0)
      return `on ${release} port ${port} (${address}) is gone`;
  }
  return undefined;
}

/** From here on the kernel stays until the machine is booted again, and an oops no longer has it boot. */
export async function confirmKernel(host: RemoteHost): Promise<void> {
  await host.write(healthPaths.confirmed, '');
  await host.attempt([
    'sysctl',
    '-q',
    '-w',
    'kernel.panic_on_oops=0',
    'kernel.softlockup_panic=0',
    'kernel.hung_task_panic=0',
  ]);
}

/** What the kernel before said last: in its journal, or where firmware keeps it over a reset. */
export async function lastWords(host: RemoteHost): Promise<string> {
  const journal = await host.attempt([
    'journalctl',
    '--boot=-1',
    '--dmesg',
    '--lines=25',
    '--no-pager',
    '--output=cat',
  ]);
  const kept = await host.attempt([
    'sh',
    '-c',
    'cat /sys/fs/pstore/dmesg-* /var/lib/systemd/pstore/*/dmesg* | tail -n 25',
  ]);
  return (
    [kept.stdout, journal.exitCode === 0 ? journal.stdout : ''].find((text) => text.trim() !== '') ?? 'it left no words'
  );
}

export function fellBack(host: RemoteHost, reason: string, logTail: string, wasPowerCycled: boolean): FlashError {
  const how = wasPowerCycled ? ' after its power had been cycled' : '';
  return new FlashError('infrastructure', `the new kernel of ${host.name} is not used: ${reason}${how}`, {
    logTail,
    advice: `the machine boots its old kernel; the package stays until \`npm run lab -- restore --kernel ${host.name}\``,
  });
}
