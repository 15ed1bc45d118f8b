import { appendFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { FlashError } from '../errors.js';
import { newLogPath } from '../host/cache.js';
import { makeSocketDir } from '../host/temporary.js';
import { follow } from '../process/follow.js';
import { lastLines, start } from '../process/run.js';
import { buildNics } from './build-nics.js';
import { overSocket } from './control-socket.js';
import { controlNics, type NicControl } from './control.js';
import type { NicPort, OwnModel } from './model.js';

/** The far end of a port's wire: another port, or something of the host. */
export type WireEnd =
  | { readonly port: number }
  | { readonly tap: string }
  /** A SOCK_SEQPACKET socket that somebody else listens on, or that the NICs listen on. */
  | { readonly connect: string }
  | { readonly listen: string };

export interface NicsOptions {
  readonly ports: readonly { readonly model: OwnModel; readonly mac?: string }[];
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

/** Starts them and waits until QEMU can attach. Whoever starts them stops them. */
export async function startNics(options: NicsOptions): Promise<Nics> {
  const program = options.program ?? (await buildNics());
  const logPath = options.logPath ?? newLogPath('nics');
  const directory = makeSocketDir('nics');
  const controlPath = join(directory, 'control');
  const ports = options.ports.map(({ model }, index) => ({ model, socketPath: join(directory, `port${index}`) }));
  const child = start(program, commandLine(options, controlPath, ports));
  child.stderr.on('data', (chunk: Buffer) => appendFileSync(logPath, chunk));
  const running = follow(child, 'the emulated NICs');
  let stopping = false;

  const failure = (): FlashError | undefined => {
    const ending = running.ending();
    if (ending === undefined || stopping) return undefined;
    const logTail = lastLines(running.stderr(), 10);
    return new FlashError('infrastructure', `the emulated NICs ended while they were in use (${ending})`, {
      logTail,
      logPath,
    });
  };
  const stop = async (): Promise<void> => {
    stopping = true;
    await running.stop();
    rmSync(directory, { recursive: true, force: true });
  };
  try {
    await running.waitFor(/^ready$/m, { deadlineMs: readyDeadlineMs, intervalMs: 10 }, { logPath });
  } catch (error) {
    await stop();
    throw error;
  }
  return {
    ports,
    controlPath,
    control: controlNics(overSocket(controlPath)),
    logPath,
    failure,
    stop,
    [Symbol.asyncDispose]: stop,
  };
}

export function commandLine({ ports, wires }: NicsOptions, controlPath: string, sockets: readonly NicPort[]): string[] {
  return [
    ...['--control', controlPath],
    ...ports.flatMap(({ model, mac }, index) => [
      '--port',
      [model, sockets[index]?.socketPath, ...(mac === undefined ? [] : [mac])].join(':'),
    ]),
    ...wires.flatMap(([port, end]) => ['--wire', `${port}-${describeEnd(end)}`]),
  ];
}

function describeEnd(end: WireEnd): string {
  if ('port' in end) return String(end.port);
  if ('tap' in end) return `tap:${end.tap}`;
  return 'connect' in end ? `unix:${end.connect}` : `listen:${end.listen}`;
}
