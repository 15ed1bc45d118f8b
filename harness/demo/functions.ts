import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FlashError } from '../errors.js';
import { readJson } from '../host/durable-file.js';
import { nativePaths } from '../native/build-native.js';
import { signalGroup, signalIfThere } from '../process/signal-group.js';
import { waitUntil } from '../process/wait-until.js';
import { startIn } from '../host/netns.js';
import type { ChainFunction, Place } from './topology.js';

export const directions = ['forward', 'reverse'] as const;
export type Direction = (typeof directions)[number];

export const framePlaces = ['free', 'fill', 'rx', 'tx', 'completion'] as const;
export type FramePlace = (typeof framePlaces)[number];

/** What a network function says about one of its sockets. */
export interface PortStatus extends Place {
  readonly direction: Direction;
  readonly rxPackets: number;
  readonly rxBytes: number;
  readonly txPackets: number;
  readonly txBytes: number;
  readonly filteredPackets: number;
  readonly filteredBytes: number;
  readonly refusedKicks: number;
  readonly statistics: Readonly<
    Record<'rxDropped' | 'rxInvalidDescs' | 'txInvalidDescs' | 'rxRingFull' | 'rxFillRingEmpty', number>
  >;
  readonly zeroCopyDriver: boolean;
  readonly frames: Readonly<Record<FramePlace, readonly number[]>>;
}

export interface FunctionStatus {
  readonly name: string;
  readonly pid: number;
  readonly sequence: number;
  readonly frameSize: number;
  readonly frameCount: number;
  readonly ports: readonly PortStatus[];
}

export interface FunctionOptions {
  readonly netns: string;
  readonly functions: readonly ChainFunction[];
  readonly separateUmem: boolean;
  readonly frames?: number;
  /** Insists on zero-copy mode between socket and driver. */
  readonly zeroCopy?: boolean;
}

export interface RunningFunctions extends AsyncDisposable {
  /** Asks every function for its status and waits for the answers. */
  readonly status: () => Promise<readonly FunctionStatus[]>;
  /** Ends them in order and returns their exit code. */
  readonly stop: () => Promise<number>;
}

/** The 82599 receives into whole kilobytes of what headroom leaves of a frame: 2048 bytes would hold 1024. */
const frameSizeBytes = { copy: 2048, zeroCopy: 4096 } as const;
const defaultFrames = 4096;
const startDeadlineMs = 20_000;
const statusDeadlineMs = 10_000;
const stopDeadlineMs = 10_000;

/** Starts the network functions, one process each, and waits until all of them have their sockets. */
export async function startFunctions(options: FunctionOptions): Promise<RunningFunctions> {
  const statusDir = mkdtempSync(join(tmpdir(), 'flash-nf-'));
  const child = startIn(options.netns, nativePaths.networkFunctions, commandLine(options, statusDir));
  let exitCode: number | undefined;
  const end = (async (): Promise<number> => (exitCode = (await child).exitCode ?? 1))();
  let stopped: Promise<number> | undefined;

  const read = (): FunctionStatus[] =>
    options.functions
      .map(({ name }) => readJson(join(statusDir, `${name}.json`)) as FunctionStatus | undefined)
      .filter((status) => status !== undefined);

  const waitForAll = (
    newerThan: ReadonlyMap<string, number>,
    deadlineMs: number,
    what: string,
  ): Promise<FunctionStatus[]> =>
    waitUntil(
      async () => {
        if (exitCode !== undefined) throw functionsDied(exitCode, (await child).stderr);
        const statuses = read();
        const fresh = statuses.every(({ name, sequence }) => sequence > (newerThan.get(name) ?? 0));
        return statuses.length === options.functions.length && fresh ? statuses : undefined;
      },
      {
        what,
        deadlineMs,
        intervalMs: 20,
        failAs: 'infrastructure',
        lastState: () => read().map(({ name, sequence }) => ({ name, sequence })),
      },
    );

  const status = (): Promise<FunctionStatus[]> => {
    const before = read();
    for (const { pid } of before) process.kill(pid, 'SIGUSR1');
    const sequences = new Map(before.map(({ name, sequence }) => [name, sequence]));
    return waitForAll(sequences, statusDeadlineMs, 'the status of the network functions');
  };

  const endAll = async (): Promise<number> => {
    const first = read()[0];
    if (first === undefined) signalGroup(child.pid, 'SIGKILL');
    else if (exitCode === undefined) signalIfThere(first.pid, 'SIGTERM');
    const killer = setTimeout(() => signalGroup(child.pid, 'SIGKILL'), stopDeadlineMs);
    const code = await end;
    clearTimeout(killer);
    rmSync(statusDir, { recursive: true, force: true });
    return code;
  };
  const stop = (): Promise<number> => (stopped ??= endAll());

  try {
    await waitForAll(new Map(), startDeadlineMs, 'the network functions to open their sockets');
  } catch (error) {
    await stop();
    throw error;
  }
  return { status, stop, [Symbol.asyncDispose]: async () => void (await stop()) };
}

function commandLine(
  { functions, separateUmem, frames, zeroCopy = false }: FunctionOptions,
  statusDir: string,
): string[] {
  return [
    ...['--xdp', nativePaths.xskRedirect, '--status-dir', statusDir],
    ...['--umem', separateUmem ? 'separate' : 'shared', '--frames', String(frames ?? defaultFrames)],
    ...['--frame-size', String(zeroCopy ? frameSizeBytes.zeroCopy : frameSizeBytes.copy)],
    ...['--mode', zeroCopy ? 'zerocopy' : 'auto'],
    ...functions.flatMap((each) => ['--nf', functionArgument(each)]),
  ];
}

function functionArgument({ name, forward, reverse, dropUdpPort }: ChainFunction): string {
  const place = ({ ifname, queue }: Place): string => `${ifname}:${queue}`;
  const filter = dropUdpPort === undefined ? '' : `,drop-udp=${dropUdpPort}`;
  return `name=${name},forward=${place(forward)},reverse=${place(reverse)}${filter}`;
}

function functionsDied(exitCode: number, stderr: string): FlashError {
  return new FlashError('infrastructure', `the network functions ended with ${exitCode}`, { logTail: stderr });
}
