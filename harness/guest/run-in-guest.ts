import { existsSync, readFileSync, statSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { FlashError, type FailureDetails } from '../errors.js';
import { throwIfInterrupted } from '../process/interrupt.js';
import { lastLines } from '../process/run.js';
import type { Accelerator, GuestEvent, GuestResult } from './events.js';
import { GuestTimeout, type GuestPhase } from './guest-timeout.js';
import { startHypervisor } from './hypervisor.js';
import { probeKvm } from './kvm.js';
import { attachNics, requireAlive, type GuestNics } from './nic-devices.js';
import { makeRunDirectory, writeGuestScript, type RunDirectory } from './run-directory.js';
import type { Splat } from './splat.js';
import { virtmeCommand } from './virtme.js';
import { watchRun } from './watch-run.js';

export interface GuestOptions {
  readonly image: string;
  readonly command: readonly string[];
  readonly cpus?: number;
  readonly memoryMb?: number;
  /** From power-on to the first program in user space. */
  readonly bootDeadlineMs?: number;
  /** From there to the end of the command. */
  readonly deadlineMs?: number;
  readonly appendKernelArgs?: readonly string[];
  readonly extraQemuArgs?: readonly string[];
  /** Emulated NICs, running already and for this guest alone; they choose a QEMU that can. */
  readonly nics?: GuestNics;
  /** Kept after the run; a new one under the cache unless told. */
  readonly runDir?: string;
  readonly accel?: Accelerator;
  /** Ends the guest before its time, with the reason of the signal as the error. */
  readonly signal?: AbortSignal;
}

export interface RunInGuestOptions extends GuestOptions {
  readonly onEvent?: (event: GuestEvent) => void;
}

export const guestDefaults = { cpus: 2, memoryMb: 2048, bootDeadlineMs: 240_000, deadlineMs: 600_000 } as const;

const pollIntervalMs = 50;
const powerOffDeadlineMs = 30_000;
const shownSplatLines = 40;

/**
 * Boots a guest, runs one command in it and waits for its end. An emulated guest that trips over the
 * emulator is booted once more, and that is said: what came before its second event of kind "start"
 * does not count.
 */
export async function runInGuest(options: RunInGuestOptions): Promise<GuestResult> {
  try {
    return await bootAndRun(options);
  } catch (error) {
    if (!(error instanceof EmulatorFault)) throw error;
    console.error(`flash: ${error.message}; booting again`);
    return bootAndRun(options);
  }
}

async function bootAndRun(options: RunInGuestOptions): Promise<GuestResult> {
  const seen = { emulated: false, splat: '' };
  try {
    for await (const event of guestEvents(options)) {
      if (event.kind === 'start') seen.emulated = event.accel === 'tcg';
      if (event.kind === 'splat') seen.splat ||= event.splat.title;
      options.onEvent?.(event);
      if (event.kind === 'end' && !(seen.emulated && isEmulatorFault(seen.splat))) return event.result;
    }
  } catch (error) {
    if (seen.emulated && isEmulatorFault(seen.splat)) throw new EmulatorFault(seen.splat, error);
    throw error;
  }
  throw new EmulatorFault(seen.splat, undefined);
}

/**
 * The kernel patches its own code, most of all while it boots; emulated with a thread a CPU, another
 * CPU now and then runs the breakpoint of a patch that is already complete. Nothing else here has a
 * breakpoint to run.
 */
export function isEmulatorFault(splatTitle: string): boolean {
  return /^Oops: int3\b/.test(splatTitle);
}

class EmulatorFault extends FlashError {
  constructor(splatTitle: string, cause: unknown) {
    const details = cause instanceof FlashError ? cause.details : {};
    super('kernelSplat', `the emulated guest tripped over code that was being patched (${splatTitle})`, { ...details, cause });
  }
}

/** The same as a stream. Leaving the loop early ends the guest. */
export async function* guestEvents(options: GuestOptions): AsyncGenerator<GuestEvent> {
  const files = makeRunDirectory(options.runDir);
  writeGuestScript(files, options.command);
  const accel = options.accel ?? ((await probeKvm()).works ? 'kvm' : 'tcg');
  const machine = await attachNics({ ...guestDefaults, ...definedOnly(options), accel, sharedDir: files.path }, options.nics);
  const command = await virtmeCommand(machine, files);
  yield { kind: 'start', accel, image: options.image, runDir: files.path };

  const startMs = Date.now();
  const hypervisor = startHypervisor(command, files);
  const watch = watchRun(files);
  const splats: Splat[] = [];
  const phase = { name: 'boot' as GuestPhase, endMs: Date.now() + machine.bootDeadlineMs, exitCode: undefined as number | undefined };
  function* news(last: boolean): Generator<GuestEvent> {
    for (const event of watch.read(last)) {
      if (event.kind === 'splat') splats.push(event.splat);
      yield event;
    }
  }
  const orWhatCausedIt = (failure: FlashError): FlashError => options.nics?.failure() ?? (splats.length > 0 ? splatFailure(splats, files.consolePath) : failure);
  try {
    for (;;) {
      throwIfInterrupted();
      options.signal?.throwIfAborted();
      requireAlive(options.nics);
      const ended = hypervisor.hasEnded();
      yield* news(ended);
      if (phase.name === 'boot' && existsSync(files.startedPath)) {
        Object.assign(phase, { name: 'command', endMs: Date.now() + machine.deadlineMs });
        yield { kind: 'setup', seconds: (Date.now() - startMs) / 1000 };
      }
      if (phase.exitCode === undefined && existsSync(files.exitPath)) {
        phase.exitCode = Number(readFileSync(files.exitPath, 'utf8'));
        Object.assign(phase, { name: 'power-off', endMs: Date.now() + powerOffDeadlineMs });
        yield { kind: 'exit', exitCode: phase.exitCode };
      }
      if (ended) break;
      if (Date.now() > phase.endMs) {
        // A complaint that nothing followed is still being collected.
        yield* news(true);
        throw orWhatCausedIt(new GuestTimeout(phase.name, limitMs(phase.name, options), endOfLog(files)));
      }
      await delay(pollIntervalMs);
    }
  } finally {
    await hypervisor.stop();
    watch.close();
  }
  requireAlive(options.nics);
  if (phase.exitCode === undefined) throw orWhatCausedIt(new FlashError('guest', `the guest died in its phase "${phase.name}": the command's end marker is missing`, endOfLog(files)));
  const seconds = (Date.now() - startMs) / 1000;
  const result = { exitCode: phase.exitCode, splats, consoleLogPath: files.consolePath, runDir: files.path, accel, seconds };
  yield { kind: 'end', result };
}

/** An error with the lines of the first complaint, when the kernel complained. */
export function requireNoSplats(result: GuestResult): void {
  if (result.splats.length > 0) throw splatFailure(result.splats, result.consoleLogPath);
}

function splatFailure(splats: readonly Splat[], logPath: string): FlashError {
  const [first] = splats;
  const logTail = first?.lines.slice(0, shownSplatLines).join('\n') ?? '';
  return new FlashError('kernelSplat', `the guest's kernel complained ${splats.length} time(s): ${first?.title}`, { logTail, logPath });
}

function definedOnly(options: GuestOptions): GuestOptions {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined)) as unknown as GuestOptions;
}

function limitMs(phase: GuestPhase, options: GuestOptions): number {
  const limits = { ...guestDefaults, ...definedOnly(options) };
  if (phase === 'boot') return limits.bootDeadlineMs;
  return phase === 'command' ? limits.deadlineMs : powerOffDeadlineMs;
}

function endOfLog(files: RunDirectory): FailureDetails {
  const log = [files.consolePath, files.hypervisorLogPath].find((path) => existsSync(path) && statSync(path).size > 0);
  return log === undefined ? {} : { logPath: log, logTail: lastLines(readFileSync(log, 'utf8'), 15) };
}
