import { delimiter, dirname } from 'node:path';
import { FlashError } from '../errors.js';
import { findVirtmeNg } from '../host/virtme-ng.js';
import type { Accelerator } from './events.js';
import { quote } from './run-directory.js';

export interface MachineOptions {
  readonly image: string;
  readonly cpus: number;
  readonly memoryMb: number;
  readonly accel: Accelerator;
  /** Shared with the guest, writable there; the rest of the host's files are read-only overlays. */
  readonly sharedDir: string;
  readonly consolePath: string;
  readonly appendKernelArgs?: readonly string[];
  readonly extraQemuArgs?: readonly string[];
}

export interface VirtmeCommand {
  readonly program: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
}

/**
 * The kernel's console goes to a serial port of its own and from there into a file, so that nothing
 * a program prints can be taken for the kernel, and nothing is lost when the guest dies. Machine q35
 * has the second serial port that needs (microvm has one).
 */
export async function virtmeCommand(machine: MachineOptions, script: string | undefined): Promise<VirtmeCommand> {
  const program = await findVirtmeNg();
  if (program === undefined) throw new FlashError('missingTool', 'virtme-ng is not installed', { advice: 'run `npm run doctor`' });
  const kernelArgs = ['console=ttyS1,115200', 'ignore_loglevel', 'panic_on_warn=0', ...(machine.appendKernelArgs ?? [])];
  const qemuArgs = [`-chardev file,id=flashlog,path=${machine.consolePath} -serial chardev:flashlog`, ...(machine.extraQemuArgs ?? [])];
  return {
    program,
    args: [
      '--run', machine.image,
      '--disable-microvm',
      ...(machine.accel === 'tcg' ? ['--disable-kvm'] : []),
      '--cpus', String(machine.cpus),
      '--memory', `${machine.memoryMb}M`,
      `--rwdir=${machine.sharedDir}`,
      ...kernelArgs.flatMap((arg) => [`--append=${arg}`]),
      ...qemuArgs.map((arg) => `--qemu-opts=${arg}`),
      ...(script === undefined ? [] : ['--', quote(script)]),
    ],
    env: { PATH: `${dirname(program)}${delimiter}${process.env['PATH'] ?? ''}` },
  };
}
