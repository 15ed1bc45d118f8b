import { existsSync, readFileSync, statSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { FlashError, type FailureDetails } from '../../errors.js';
import type { Firmware } from '../../nics/firmware.js';
import { throwIfInterrupted } from '../../process/interrupt.js';
import { lastLines } from '../../process/run.js';
import type { Accelerator } from './accelerator.js';
import type { GuestEvent } from './events.js';
import { GuestTimeout, type GuestPhase } from './guest-timeout.js';
import { startHypervisor } from './hypervisor.js';
import { KvmFault } from './kvm-fault.js';
import { lastWords } from './last-words.js';
import { attachNics, requireAlive, type GuestNics } from './nic-devices.js';
import { attachFirmware, firmwareOf } from './nic-firmware.js';
import { makeRunDirectory, writeGuestScript, type RunDirectory } from './run-directory.js';
import { isOops, parseKernelLine, type Splat } from './splat.js';
import { virtmeCommand } from './virtme.js';
import { watchRun } from './watch-run.js';

export interface GuestOptions {
  readonly image: string;
  readonly command: readonly string[];
  /** What the command reads from its standard input; nothing unless told. */
  readonly input?: string;
  readonly cpus?: number;
  readonly memoryMb?: number;
  /** From power-on to the first program in user space. */
  readonly bootDeadlineMs?: number;
  /** From power-on to the first line of the kernel under KVM: one that hangs says nothing. */
  readonly firstLineDeadlineMs?: number;
  /** From there to the end of the command. */
  readonly deadlineMs?: number;
  /** How long the command may print nothing; as long as it likes unless told. */
  readonly quietMs?: number;
  /** From an oops to the end: what waits for a lock that it left held would wait for the deadline. */
  readonly afterOopsMs?: number;
  /** The same from any other warning; it goes on unless told. */
  readonly afterWarningMs?: number;
  readonly appendKernelArgs?: readonly string[];
  readonly extraQemuArgs?: readonly string[];
  /** Emulated NICs for this guest alone; they choose a QEMU that can. */
  readonly nics?: GuestNics;
  /** What drivers of other devices ask for when they probe. */
  readonly firmware?: readonly Firmware[];
  /** Whether the kernel has the drivers of NICs as modules. */
  readonly driversAreModules?: boolean;
  /** Kept after the run; a new one under the cache unless told. */
  readonly runDir?: string;
  /** It has to be emulated, whatever was asked for; else that, else KVM where it boots such a guest. */
  readonly accel?: 'tcg';
  /** Ends the guest before its time, with the reason of the signal as the error. */
  readonly signal?: AbortSignal;
}

/** A guest whose accelerator is chosen, and its QEMU: the system's unless told. */
export interface BootOptions extends Omit<GuestOptions, 'accel'> {
  readonly accel: Accelerator;
  readonly qemu?: string | undefined;
}

export const guestDefaults = {
  ...{ cpus: 2, memoryMb: 2048 },
  ...{
    bootDeadlineMs: 240_000,
    firstLineDeadlineMs: 30_000,
    deadlineMs: 600_000,
    quietMs: Infinity,
    afterOopsMs: 60_000,
    afterWarningMs: Infinity,
  },
} as const;

const pollIntervalMs = 50;
const powerOffDeadlineMs = 30_000;
const shownSplatLines = 40;

/** Boots a guest once and tells what happens. Leaving the loop early ends the guest. */
export async function* guestEvents(options: BootOptions): AsyncGenerator<GuestEvent> {
  const files = makeRunDirectory(options.runDir);
  writeGuestScript(files, options.command, options.input);
  const { accel } = options;
  const bare = { ...guestDefaults, ...definedOnly(options), sharedDir: files.path };
  const firmware = [...firmwareOf(options.nics?.ports ?? []), ...(options.firmware ?? [])];
  const machine = attachFirmware(attachNics(bare, options.nics), firmware, options.driversAreModules);
  const command = await virtmeCommand(machine, files);
  yield { kind: 'start', accel, image: options.image, runDir: files.path };

  const startMs = Date.now();
  const hypervisor = startHypervisor(command, files);
  const watch = watchRun(files);
  const splats: Splat[] = [];
  const exitCode = undefined as number | undefined;
  const phase = { name: 'boot' as GuestPhase, endMs: Date.now() + machine.bootDeadlineMs, heardMs: 0, exitCode };
  const silence = { broken: accel === 'tcg', startMs, limitMs: machine.firstLineDeadlineMs };
  function* news(last: boolean): Generator<GuestEvent> {
    for (const event of watch.read(last)) {
      if (event.kind === 'splat') {
        splats.push(event.splat);
        phase.endMs = Math.min(phase.endMs, Date.now() + machine.afterWarningMs);
      }
      if (event.kind === 'console') {
        const line = parseKernelLine(event.line);
        silence.broken ||= line !== undefined;
        if (isOops(line?.text ?? '')) phase.endMs = Math.min(phase.endMs, Date.now() + machine.afterOopsMs);
      }
      if (event.kind === 'output') phase.heardMs = Date.now();
      yield event;
    }
  }
  const orWhatCausedIt = (failure: FlashError): FlashError => {
    const warning = splats.length > 0 ? splatFailure(splats, files.consolePath) : undefined;
    return options.nics?.failure() ?? warning ?? failure;
  };
  try {
    for (;;) {
      throwIfInterrupted();
      options.signal?.throwIfAborted();
      requireAlive(options.nics);
      const ended = hypervisor.hasEnded();
      yield* news(ended);
      if (phase.name === 'boot' && existsSync(files.startedPath)) {
        Object.assign(phase, { name: 'command', endMs: Date.now() + machine.deadlineMs, heardMs: Date.now() });
        yield { kind: 'setup', seconds: (Date.now() - startMs) / 1000 };
      }
      if (phase.exitCode === undefined && existsSync(files.exitPath)) {
        phase.exitCode = Number(readFileSync(files.exitPath, 'utf8'));
        Object.assign(phase, { name: 'power-off', endMs: Date.now() + powerOffDeadlineMs });
        yield { kind: 'exit', exitCode: phase.exitCode };
      }
      if (ended) break;
      if (phase.name === 'boot' && isTooLong(silence)) {
        // What it says to the last still counts: the loop ends by its end.
        await hypervisor.stop();
        continue;
      }
      const isQuiet = phase.name === 'command' && Date.now() > phase.heardMs + machine.quietMs;
      if (isQuiet || Date.now() > phase.endMs) {
        // A warning that nothing followed is still being collected.
        yield* news(true);
        const details = { ...endOfLog(files), ...withoutKvm(phase.name, accel) };
        const limit = isQuiet ? machine.quietMs : limitMs(phase.name, options);
        throw orWhatCausedIt(new GuestTimeout(phase.name, limit, details, isQuiet));
      }
      await delay(pollIntervalMs);
    }
  } finally {
    await hypervisor.stop();
    watch.close();
  }
  requireAlive(options.nics);
  if (phase.exitCode === undefined) {
    const failure = accel === 'kvm' && phase.name === 'boot' ? kvmFault(silence, files) : died(phase.name, files);
    throw orWhatCausedIt(failure);
  }
  const seconds = (Date.now() - startMs) / 1000;
  const where = { consoleLogPath: files.consolePath, runDir: files.path };
  const result = { exitCode: phase.exitCode, splats, ...where, accel, seconds };
  yield { kind: 'end', result };
}

function died(phase: GuestPhase, files: RunDirectory): FlashError {
  const what = `the guest died in its phase "${phase}": the command's end marker is missing`;
  return new FlashError('guest', what, endOfLog(files));
}

interface Silence {
  readonly broken: boolean;
  readonly startMs: number;
  readonly limitMs: number;
}

function isTooLong({ broken, startMs, limitMs }: Silence): boolean {
  return !broken && Date.now() > startMs + limitMs;
}

function kvmFault(silence: Silence, files: RunDirectory): KvmFault {
  const silent = `its kernel said nothing within ${silence.limitMs / 1000} s`;
  const reason = isTooLong(silence) ? silent : lastWords(readFileSync(files.consolePath, 'utf8'));
  return new KvmFault(reason, endOfLog(files));
}

function withoutKvm(phase: GuestPhase, accel: Accelerator): FailureDetails {
  return phase === 'boot' && accel === 'kvm' ? { advice: '`--accel tcg` boots it without KVM' } : {};
}

export function splatFailure(splats: readonly Splat[], logPath: string): FlashError {
  const [first] = splats;
  const logTail = first?.lines.slice(0, shownSplatLines).join('\n') ?? '';
  const what = `the guest's kernel printed ${splats.length} warning(s): ${first?.title}`;
  return new FlashError('kernelSplat', what, { logTail, logPath });
}

function definedOnly(options: BootOptions): BootOptions {
  const defined = Object.entries(options).filter(([, value]) => value !== undefined);
  return Object.fromEntries(defined) as unknown as BootOptions;
}

function limitMs(phase: GuestPhase, options: BootOptions): number {
  const limits = { ...guestDefaults, ...definedOnly(options) };
  if (phase === 'boot') return limits.bootDeadlineMs;
  return phase === 'command' ? limits.deadlineMs : powerOffDeadlineMs;
}

function endOfLog(files: RunDirectory): FailureDetails {
  const log = [files.consolePath, files.hypervisorLogPath].find((path) => existsSync(path) && statSync(path).size > 0);
  return log === undefined ? {} : { logPath: log, logTail: lastLines(readFileSync(log, 'utf8'), 15) };
}
