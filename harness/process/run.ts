import { createInterface } from 'node:readline';
import { $, type ProcessPromise } from 'zx/core';
import { FlashError, type FailureKind } from '../errors.js';
import { throwIfInterrupted } from './interrupt.js';
import { track } from './children.js';
import { inheritedEnvironment } from './environment.js';

export interface RunOptions {
  readonly cwd?: string;
  /** Added to the environment of this process, of which git's variables are left out. */
  readonly env?: Readonly<Record<string, string>>;
  readonly input?: string;
  /** Its stdin stays open, for whoever started it to write to. */
  readonly openInput?: boolean;
  readonly timeoutMs?: number;
  /** The kind of error a non-zero exit becomes; `infrastructure` unless told. */
  readonly failAs?: FailureKind;
  readonly advice?: string;
  readonly signal?: AbortSignal;
  /** Each line of stdout as it comes; of a program that is run to its end. */
  readonly onLine?: ((line: string) => void) | undefined;
  /** It puts something in order that may not be left as it is: an interruption neither keeps it from starting nor ends it. */
  readonly evenIfInterrupted?: boolean;
}

export interface RunResult {
  readonly command: string;
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** A bash whose stdin is a socket (Node's pipes are) reads ~/.bashrc unless it runs below another shell. */
const noStartupFiles = { SHLVL: '2' };

/**
 * Starts a program without waiting: stdout and stderr are streams, `kill()` ends the whole process
 * group. The only place that shells out; everything else goes through here. Whatever still runs
 * when the user interrupts is ended with its whole group.
 */
export function start(program: string, args: readonly string[], options: RunOptions = {}): ProcessPromise {
  const { evenIfInterrupted = false } = options;
  if (!evenIfInterrupted) throwIfInterrupted();
  const shell = $({
    cwd: options.cwd ?? process.cwd(), // zx would take that of the time it was loaded
    env: { ...inheritedEnvironment(), ...options.env, ...noStartupFiles },
    input: options.input,
    timeout: options.timeoutMs,
    signal: options.signal,
    quiet: true,
    nothrow: true,
    detached: true,
    stdio: [options.input === undefined && options.openInput !== true ? 'ignore' : 'pipe', 'pipe', 'pipe'],
  });
  const child = shell`${program} ${[...args]}`;
  return evenIfInterrupted ? child : track(child);
}

/** Runs a program to its end and returns what it said, whatever its exit code. */
export async function attempt(program: string, args: readonly string[], options: RunOptions = {}): Promise<RunResult> {
  const child = start(program, args, options);
  if (options.onLine !== undefined) createInterface({ input: child.stdout }).on('line', options.onLine);
  const { exitCode, stdout, stderr } = await child;
  if (options.evenIfInterrupted !== true) throwIfInterrupted();
  return { command: [program, ...args].join(' '), exitCode: exitCode ?? 1, stdout, stderr };
}

/** Runs a program to its end; a non-zero exit is a FlashError that carries its last lines. */
export async function run(program: string, args: readonly string[], options: RunOptions = {}): Promise<string> {
  const result = await attempt(program, args, options);
  requireSuccess(result, options);
  return result.stdout;
}

export function requireSuccess(result: RunResult, options: RunOptions): void {
  if (result.exitCode === 0) return;
  throw new FlashError(options.failAs ?? 'infrastructure', `\`${result.command}\` exited with ${result.exitCode}`, {
    logTail: lastLines(result.stderr || result.stdout, 12),
    ...(options.advice === undefined ? {} : { advice: options.advice }),
  });
}

export function lastLines(text: string, count: number): string {
  return text.trimEnd().split('\n').slice(-count).join('\n');
}
