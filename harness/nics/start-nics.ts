import { appendFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { ProcessPromise } from 'zx';
import { FlashError } from '../errors.js';
import { newLogPath } from '../host/cache.js';
import { makeSocketDir } from '../host/temporary.js';
import { lastLines, start } from '../process/run.js';
import { signalGroup } from '../process/signal-group.js';
import { waitUntil } from '../process/wait-until.js';
import { buildNics } from './build-nics.js';
import { overSocket } from './control-socket.js';
import { controlNics, type NicControl } from './control.js';
import type { NicModel, NicPort } from './model.js';

/** The far end of a port's wire: another port, or something of the host. */
export type WireEnd =
  | { readonly port: number }
  | { readonly tap: string }
  /** A SOCK_SEQPACKET socket that somebody else listens on, or that the NICs listen on. */
  | { readonly connect: string }
  | { readonly listen: string };

export interface NicsOptions {
  readonly ports: readonly { readonly model: NicModel; readonly mac?: string }[];
  readonly wires: readonly (readonly [number, WireEnd])[];
  /** Built from vm-images/nics unless told. */
  readonly program?: string;
  readonly logPath?: string;
}

/** The process that plays network cards, while it runs. */
export interface Nics extends AsyncDisposable {
  readonly ports: readonly NicPort[];
  readonly controlPath: string;
  readonly control: NicControl;
  readonly logPath: string;
  /** Why it ended, once it has ended without being told to. */
  readonly failure: () => FlashError | undefined;
  readonly stop: () => Promise<void>;
}

const readyDeadlineMs = 15_000;
const graceMs = 3000;

/** Starts them and waits until QEMU can attach. Whoever starts them stops them. */
export async function startNics(options: NicsOptions): Promise<Nics> {
  const program = options.program ?? (await buildNics());
  const logPath = options.logPath ?? newLogPath('nics');
  const directory = makeSocketDir('nics');
  const controlPath = join(directory, 'control');
  const ports = options.ports.map(({ model }, index) => ({ model, socketPath: join(directory, `port${index}`) }));
  const child = start(program, commandLine(options, controlPath, ports));
  const state = { output: '', stderr: '', ended: undefined as string | undefined, stopping: false };
  child.stdout.on('data', (chunk: Buffer) => (state.output += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => {
    state.stderr += chunk.toString();
    appendFileSync(logPath, chunk);
  });
  const end = child.then(({ exitCode, signal }) => void (state.ended = signal === null ? `exit code ${exitCode}` : `signal ${signal}`));

  const failure = (): FlashError | undefined => {
    if (state.ended === undefined || state.stopping) return undefined;
    const logTail = lastLines(state.stderr, 10);
    return new FlashError('infrastructure', `the emulated NICs ended while they were in use (${state.ended})`, { logTail, logPath });
  };
  const stop = async (): Promise<void> => {
    state.stopping = true;
    await endChild(child, end);
    rmSync(directory, { recursive: true, force: true });
  };
  try {
    await waitUntil(() => /^ready$/m.test(state.output) || (state.ended !== undefined && throwStartFailure(state, logPath)), {
      what: 'the emulated NICs to be ready',
      deadlineMs: readyDeadlineMs,
      intervalMs: 10,
      failAs: 'infrastructure',
      lastState: () => state.stderr || 'they said nothing',
    });
  } catch (error) {
    await stop();
    throw error;
  }
  return { ports, controlPath, control: controlNics(overSocket(controlPath)), logPath, failure, stop, [Symbol.asyncDispose]: stop };
}

/** Two ports of a model with a wire between them. */
export function startNicPair(model: NicModel): Promise<Nics> {
  return startNics({ ports: [{ model }, { model }], wires: [[0, { port: 1 }]] });
}

/** The model says in one line what the system refused, a socket in use for instance. */
function throwStartFailure(state: { readonly stderr: string; readonly ended: string | undefined }, logPath: string): never {
  const said = lastLines(state.stderr, 1) || 'it said nothing';
  throw new FlashError('infrastructure', `the emulated NICs did not start (${state.ended}): ${said}`, { logPath });
}

async function endChild(child: ProcessPromise, end: Promise<unknown>): Promise<void> {
  const killer = setTimeout(() => signalGroup(child.pid, 'SIGKILL'), graceMs);
  signalGroup(child.pid, 'SIGTERM');
  await end;
  clearTimeout(killer);
}

export function commandLine({ ports, wires }: NicsOptions, controlPath: string, sockets: readonly NicPort[]): string[] {
  return [
    ...['--control', controlPath],
    ...ports.flatMap(({ model, mac }, index) => ['--port', [model, sockets[index]?.socketPath, ...(mac === undefined ? [] : [mac])].join(':')]),
    ...wires.flatMap(([port, end]) => ['--wire', `${port}-${describeEnd(end)}`]),
  ];
}

function describeEnd(end: WireEnd): string {
  if ('port' in end) return String(end.port);
  if ('tap' in end) return `tap:${end.tap}`;
  return 'connect' in end ? `unix:${end.connect}` : `listen:${end.listen}`;
}
