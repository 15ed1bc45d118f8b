import { existsSync, readFileSync } from 'node:fs';
import { FlashError } from '../../errors.js';
import { newLogPath } from '../../host/cache.js';
import { attempt, lastLines } from '../../process/run.js';
import { chooseAccelerator } from '../../machine/guest/choose-accelerator.js';
import { ensureNicQemu } from '../../qemu/find.js';
import { bareMachine, diskDevice, serialConsole } from '../qemu-args.js';
import type { BootFiles } from './file-system.js';

/** As vm-images/debian/first-boot says it. */
export const installBootLoaderSays = 'flash: the disk boots by itself';

const deadlineMs = 600_000;

/** Boots the disk once with a kernel from outside, for it to install its own boot loader. */
export async function installBootLoader(disk: string, { kernel, initrd }: BootFiles): Promise<void> {
  const { program } = await ensureNicQemu();
  const { accel } = await chooseAccelerator({ qemu: program, cpus: 1 });
  const logPath = newLogPath('virtual-lab-first-boot');
  const args = [
    ...bareMachine({ accel, cpus: 1, memoryMb: 1024 }),
    ...diskDevice({ path: disk, format: 'raw', cache: 'unsafe' }),
    ...serialConsole(logPath),
    ...['-no-reboot', '-kernel', kernel, '-initrd', initrd],
    ...['-append', 'root=/dev/vda1 rw console=ttyS0 no_timer_check panic=-1 init=/usr/local/sbin/first-boot'],
  ];
  const { exitCode, stderr } = await attempt(program, args, { timeoutMs: deadlineMs });
  const said = existsSync(logPath) ? readFileSync(logPath, 'utf8') : '';
  if (exitCode === 0 && said.includes(installBootLoaderSays)) return;
  throw new FlashError('infrastructure', `the disk of the virtual lab did not get a boot loader`, {
    logTail: lastLines(stderr || said, 12),
    logPath,
  });
}
