import { FlashError } from '../../errors.js';
import { aside } from '../../host/progress.js';
import { ensureNicQemu } from '../../qemu/find.js';
import { askedForKvm, chooseAccelerator, withoutKvm } from './choose-accelerator.js';
import type { GuestEvent, GuestResult } from './events.js';
import { guestDefaults, guestEvents, splatFailure, type BootOptions, type GuestOptions } from './guest-events.js';
import { GuestTimeout } from './guest-timeout.js';
import { KvmFault } from './kvm-fault.js';
import { setAside } from './run-directory.js';

export interface RunInGuestOptions extends GuestOptions {
  readonly onEvent?: (event: GuestEvent) => void;
}

/**
 * Boots a guest, runs one command in it and waits for its end. One that KVM does not bring to its user
 * space is booted once more without KVM, and so is an emulated one that trips over the emulator or comes to
 * a stand. That is said: what came before its last event of kind "start" does not count.
 */
export async function runInGuest(given: RunInGuestOptions, choose = chooseAccelerator): Promise<GuestResult> {
  const options = { ...given, qemu: given.nics === undefined ? undefined : (await ensureNicQemu()).program };
  const { image, cpus = guestDefaults.cpus, qemu } = options;
  if (options.accel === 'tcg') return runEmulated(options);
  const { accel, asked, rejectKvm } = await choose({ image, cpus, qemu });
  if (accel === 'tcg') return runEmulated(options);
  try {
    return await bootAndRun({ ...options, accel });
  } catch (error) {
    if (!(error instanceof KvmFault)) throw error;
    if (asked) throw insisted(error);
    aside(() => console.error(`flash: ${error.message}; booting without KVM, now and, if that works, from now on`));
    const onEvent = (event: GuestEvent): void => {
      // A guest that boots in no way says nothing about KVM.
      if (event.kind === 'setup') rejectKvm(error.message);
      options.onEvent?.(event);
    };
    return runEmulated(again({ ...options, onEvent }));
  }
}

function insisted(fault: KvmFault): FlashError {
  const details = { ...fault.details, advice: withoutKvm, cause: fault };
  return new FlashError('guest', `${fault.message}; ${askedForKvm}, so it is not booted without`, details);
}

type Options = Omit<BootOptions, 'accel'> & Pick<RunInGuestOptions, 'onEvent'>;

async function runEmulated(options: Options, boot = 1): Promise<GuestResult> {
  try {
    return await bootAndRun({ ...options, accel: 'tcg' });
  } catch (error) {
    if (boot >= mostBoots(error)) throw error;
    aside(() => console.error(`flash: ${(error as FlashError).message}; booting again`));
    return runEmulated(again(options), boot + 1);
  }
}

/**
 * A kernel that says nothing wrong and does not come to its user space may wait for an emulated processor that has not
 * heard it. The next one hardly does: it would be the kernel then.
 */
function mostBoots(error: unknown): number {
  if (error instanceof EmulatorFault) return 3;
  return error instanceof GuestTimeout && error.phase === 'boot' ? 2 : 1;
}

/** The same guest once more, in a directory that looks as it did. */
function again<Given extends Options>(options: Given): Given {
  if (options.runDir !== undefined) setAside(options.runDir);
  return options;
}

async function bootAndRun(options: BootOptions & Pick<RunInGuestOptions, 'onEvent'>): Promise<GuestResult> {
  const emulated = options.accel === 'tcg';
  let firstSplat = '';
  try {
    for await (const event of guestEvents(options)) {
      if (event.kind === 'splat') firstSplat ||= event.splat.title;
      options.onEvent?.(event);
      if (event.kind === 'end' && !(emulated && isEmulatorFault(firstSplat))) return event.result;
    }
  } catch (error) {
    if (emulated && isEmulatorFault(firstSplat)) throw new EmulatorFault(firstSplat, error);
    throw error;
  }
  throw new EmulatorFault(firstSplat, undefined);
}

/**
 * The kernel patches its own code, most of all while it boots; emulated with a thread per CPU, another
 * CPU now and then runs the breakpoint of a patch that is already complete. Nothing else here has a
 * breakpoint to run.
 */
export function isEmulatorFault(splatTitle: string): boolean {
  return /^Oops: int3\b/.test(splatTitle);
}

class EmulatorFault extends FlashError {
  constructor(splatTitle: string, cause: unknown) {
    const details = cause instanceof FlashError ? cause.details : {};
    super('kernelSplat', `the emulated guest tripped over code that was being patched (${splatTitle})`, {
      ...details,
      cause,
    });
  }
}

/** An error with the lines of the first kernel warning, if there was one. */
export function requireNoSplats(result: GuestResult): void {
  if (result.splats.length > 0) throw splatFailure(result.splats, result.consoleLogPath);
}
