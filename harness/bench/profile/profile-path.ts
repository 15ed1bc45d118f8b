import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { rollups, sum } from 'd3-array';
import { FlashError } from '../../errors.js';
import { makeRunDirectory } from '../../machine/guest/run-directory.js';
import { guest } from '../../machine/guest.js';
import { runProgram } from '../../machine/run-program.js';
import type { OnProgress } from '../../host/progress.js';
import { makeSocketDir } from '../../host/temporary.js';
import { symbolsPath } from '../../kernel/build/stamp.js';
import { hopBatchesProgram, type ReadyCase } from './hop-batches-program.js';
import { countingMachine } from '../counting.js';
import { attachDebugger, type Debugger } from './debugger.js';
import { readSymbols, type Symbols } from './symbols.js';

/** Kernel instructions of one system call that sends a batch, by function. */
export interface BatchProfile {
  readonly batch: number;
  readonly functions: ReadonlyMap<string, number>;
}

const deadlineMs = 900_000;
/** One that goes to the wire takes thousands of instructions a packet, which are followed one by one. */
const batches = { 'zero-copy hop': [1, 64], wire: [1, 8] } as const;
export const profiledPaths = ['zero-copy hop', 'wire'] as const;
/** What every batch begins with, in the kernel. */
const entry = '__x64_sys_sendto';
/** Batches that are let pass: the first ones have frames to find. */
const warmUps = 20;
/** How many are followed at most, until two are equally long; the shortest counts. */
const traces = 8;
/** Where a batch ends that is no measure: another thread has its turn. */
const scheduler = '__schedule';

/**
 * Follows batches on their path instruction by instruction on an emulated processor, from the
 * function of the system call until it is back in user space.
 */
export async function profilePath(
  image: string,
  path: (typeof profiledPaths)[number],
  onProgress: OnProgress,
): Promise<readonly [BatchProfile, BatchProfile]> {
  const symbols = readSymbols(symbolsPath(image));
  const runDir = makeRunDirectory().path;
  const directory = makeSocketDir('debugger');
  const socketPath = join(directory, 'gdb');
  const cases = batches[path].map(
    (batch): ReadyCase => ({ path, batch, packetBytes: 64, goPath: join(runDir, `go-${batch}`) }),
  );
  const profiles: Promise<BatchProfile>[] = [];
  // A guest whose debugger failed would stand still until its deadline.
  const failure = new AbortController();
  onProgress({ kind: 'phase', phase: 'booting a processor that can be followed' });
  try {
    const machine = guest({
      ...countingMachine,
      extraQemuArgs: [...countingMachine.extraQemuArgs, `-gdb unix:${socketPath},server=on,wait=off`],
      appendKernelArgs: ['nokaslr'],
      image,
      runDir,
      signal: failure.signal,
      deadlineMs,
      bootDeadlineMs: deadlineMs,
    });
    await runProgram(
      machine,
      hopBatchesProgram,
      { cases },
      {
        onEvent(ready) {
          onProgress({ kind: 'phase', phase: `following batches of ${ready.batch} packets` });
          const profile = profileCase(socketPath, symbols, ready);
          profile.catch((error: unknown) => failure.abort(error));
          profiles.push(profile);
        },
      },
    );
    const [one, many] = await Promise.all(profiles);
    if (one === undefined || many === undefined)
      throw new FlashError('guest', 'the guest ended before its batches were followed');
    return [one, many];
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

async function profileCase(socketPath: string, symbols: Symbols, { batch, goPath }: ReadyCase): Promise<BatchProfile> {
  using debugged = await attachDebugger(socketPath);
  const start = symbols.addressOf(entry);
  await debugged.breakAt(start, true);
  writeFileSync(goPath, '');
  for (let i = 0; i < warmUps; i++) {
    await debugged.resume();
    // Or it would stop here again.
    await debugged.step();
  }
  let best: readonly bigint[] | undefined;
  for (let i = 0, again = false; i < traces && !again; i++) {
    await debugged.resume();
    const trace = await traceKernel(debugged, symbols.addressOf(scheduler));
    again = trace !== undefined && trace.length === best?.length;
    if (trace !== undefined && trace.length < (best?.length ?? Infinity)) best = trace;
  }
  await debugged.breakAt(start, false);
  await debugged.detach();
  if (best === undefined)
    throw new FlashError('guest', `each of ${traces} batches of ${batch} packets was interrupted by the scheduler`);
  return summarizeTrace(batch, best.map(symbols.nameAt));
}

const isUserSpace = (address: bigint): boolean => address >> 63n === 0n;

/** The addresses of the instructions until the processor is back in user space; undefined if another gets it. */
async function traceKernel(debugged: Debugger, schedulerStart: bigint): Promise<bigint[] | undefined> {
  const addresses: bigint[] = [];
  for (;;) {
    const address = await debugged.programCounter();
    if (address === schedulerStart) return undefined;
    if (isUserSpace(address)) return addresses;
    addresses.push(address);
    await debugged.step();
  }
}

/** From the function that each instruction is of. */
export function summarizeTrace(batch: number, names: readonly string[]): BatchProfile {
  const functions = new Map(
    rollups(
      names,
      (group) => group.length,
      (name) => name,
    ),
  );
  return { batch, functions };
}

/** Functions by their share in the longest batch, each batch in a column, then what a packet more costs; the rest in one row. */
export function profileRows([short, long]: readonly [BatchProfile, BatchProfile], shown: number): string[][] {
  const names = [...new Set([...long.functions.keys(), ...short.functions.keys()])].sort(
    (one, other) => (long.functions.get(other) ?? 0) - (long.functions.get(one) ?? 0),
  );
  const rowOf = (what: string, of: readonly string[]): string[] => {
    const [few, many] = [short, long].map(({ functions }) => sum(of, (name) => functions.get(name) ?? 0)) as [
      number,
      number,
    ];
    return [what, String(few), String(many), ((many - few) / (long.batch - short.batch)).toFixed(2)];
  };
  return rowsOf(names, shown, rowOf);
}

/** Functions by how far apart two kernels are in a batch, which each has in a column, then the difference a packet; the rest in one row. */
export function differenceRows([before, after]: readonly [BatchProfile, BatchProfile], shown: number): string[][] {
  const apart = (name: string): number => (after.functions.get(name) ?? 0) - (before.functions.get(name) ?? 0);
  const names = [...new Set([...before.functions.keys(), ...after.functions.keys()])].sort(
    (one, other) => Math.abs(apart(other)) - Math.abs(apart(one)),
  );
  const rowOf = (what: string, of: readonly string[]): string[] => [
    what,
    ...[before, after].map(({ functions }) => String(sum(of, (name) => functions.get(name) ?? 0))),
    (sum(of, apart) / after.batch).toFixed(2),
  ];
  return rowsOf(names, shown, rowOf);
}

/** A row for each of the first functions, one for the rest, and one for all. */
function rowsOf(
  names: readonly string[],
  shown: number,
  rowOf: (what: string, of: readonly string[]) => string[],
): string[][] {
  const rest = names.slice(shown);
  return [
    ...names.slice(0, shown).map((name) => rowOf(name, [name])),
    ...(rest.length === 0 ? [] : [rowOf(`${rest.length} others`, rest)]),
    rowOf('all', names),
  ];
}
