import { FlashError } from '../errors.js';
import { attempt } from '../process/run.js';

/** The first release whose client side of vfio-user is whole. */
export const neededRelease = '10.1';

export const qemuName = 'qemu-system-x86_64';

/** A QEMU that runs, and whether emulated NICs can be attached to it. */
export interface Qemu {
  readonly program: string;
  /** "11.1.2", or what it said when that names no version. */
  readonly version: string;
  readonly hasVfioUser: boolean;
}

/** Asks a QEMU, a path or a name on the PATH, what it is; undefined when there is none that runs. */
export async function probeQemu(name: string): Promise<Qemu | undefined> {
  // vng wants a path.
  const program = name.includes('/') ? name : (await attempt('which', [name])).stdout.trim();
  if (program === '') return undefined;
  const said = await attempt(program, ['--version']);
  if (said.exitCode !== 0) return undefined;
  const devices = await attempt(program, ['-device', 'help']);
  return {
    program,
    version: parseVersion(said.stdout),
    hasVfioUser: devices.exitCode === 0 && listsVfioUser(devices.stdout + devices.stderr),
  };
}

export function parseVersion(text: string): string {
  return /\bversion (\d+(?:\.\d+)+)/.exec(text)?.[1] ?? text.trim().split('\n')[0] ?? '';
}

export function listsVfioUser(deviceList: string): boolean {
  return /^name "vfio-user-pci"/m.test(deviceList);
}

/** The sentence for a QEMU somebody named that cannot serve emulated NICs. */
export function refuseQemu(named: string, qemu: Qemu | undefined): FlashError {
  const advice = `name QEMU ${neededRelease} or newer, built with vfio-user-pci, or leave FLASH_QEMU out: it is then found or fetched`;
  if (qemu === undefined)
    return new FlashError('missingTool', `FLASH_QEMU=${named} is no program that runs and says its version`, {
      advice,
    });
  const problem = `FLASH_QEMU=${named} is QEMU ${qemu.version} without vfio-user-pci, which emulated NICs need`;
  return new FlashError('missingTool', problem, { advice });
}
