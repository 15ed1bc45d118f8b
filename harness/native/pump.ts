import { chmodSync, copyFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ProcessPromise } from 'zx/core';
import { listSockets } from '../flash/registry.js';
import { follow } from '../process/follow.js';
import { signalIfThere } from '../process/signal-group.js';
import { waitUntil } from '../process/wait-until.js';
import { start } from '../process/run.js';
import { startIn } from '../host/netns.js';
import { nativePaths } from './build-native.js';

/** The programs of native/pump: each opens its sockets and waits to be let go. */
export type PumpMode = 'source' | 'target' | 'wake' | 'sleep' | 'cost' | 'race' | 'share' | 'hostile';

export interface PumpOptions {
  readonly netns: string;
  readonly mode: PumpMode;
  readonly ifname: string;
  readonly queue?: number;
  readonly ringSize?: number;
  readonly packetBytes?: number;
  readonly batch?: number;
  readonly rounds?: number;
  readonly sources?: number;
  /** How the source of the mode `sleep` waits until it may write. */
  readonly wait?: 'poll' | 'level' | 'edge';
  /** What its target does besides taking what arrives and filling its fill ring. */
  readonly target?: 'busy' | 'heeds' | 'tells' | 'sleeps';
  /** A UMEM for each of its two sockets. */
  readonly separate?: boolean;
  /** There is no route: packets go to the device. */
  readonly wire?: boolean;
  /** Packets are UDP datagrams between 198.18.0.1 and .2; of a type nobody handles unless told. */
  readonly udp?: boolean;
  /** Binds in zero-copy mode; in copy mode unless told. */
  readonly zeroCopy?: boolean;
  readonly busyPoll?: boolean;
  /** Of the target of a pair; the next queue of the same device unless told. */
  readonly targetIfname?: string;
}

export interface Pump extends AsyncDisposable {
  readonly pid: number;
  /** The flash ids of its sockets, in the order of their devices and queues; none on a kernel without FLASH. */
  readonly ids: () => readonly number[];
  /** Lets it start, or end if it waits for that. */
  readonly go: () => void;
  /** What it printed as data, as soon as it has; its sockets may still be open. */
  readonly report: () => Promise<unknown>;
  readonly kill: (signal: NodeJS.Signals) => void;
  /** Its exit code, and what it printed last as data; undefined if it was killed. */
  readonly end: Promise<{ readonly exitCode: number | null; readonly report: unknown; readonly stderr: string }>;
}

const readyDeadlineMs = 20_000;
const reportDeadlineMs = 250_000;

export async function startPump(options: PumpOptions): Promise<Pump> {
  return getReady(startIn(options.netns, nativePaths.pump, commandLine(options)), options.mode);
}

/** A target in a user namespace and a network namespace of its own, where it may do everything, made by this user. */
export async function startPumpInUserNamespace(uid: number): Promise<Pump> {
  // The user may not be able to get at the program where it is.
  const directory = mkdtempSync(join(tmpdir(), 'flash-pump-'));
  const program = join(directory, 'pump');
  chmodSync(directory, 0o755);
  copyFileSync(nativePaths.pump, program);
  const script =
    'ip link add name a type veth peer name b && ip link set dev a up && ip link set dev b up && exec "$@"';
  const command = [program, ...commandLine({ mode: 'target', ifname: 'a' })];
  const asUser = [
    `--reuid=${uid}`,
    `--regid=${uid}`,
    '--clear-groups',
    'unshare',
    '--user',
    '--map-root-user',
    '--net',
  ];
  try {
    return await getReady(start('setpriv', [...asUser, 'sh', '-c', script, 'sh', ...command]), 'target');
  } finally {
    rmSync(directory, { recursive: true });
  }
}

async function getReady(child: ProcessPromise, mode: PumpMode): Promise<Pump> {
  const pump = follow(child, `pump ${mode}`);
  const [, pidText] = await pump
    .waitFor(/^ready (\d+)$/m, { deadlineMs: readyDeadlineMs, intervalMs: 10 })
    .catch(async (error: unknown) => {
      await pump.stop();
      throw error;
    });
  // What was started may be a shell around it.
  const pid = Number(pidText);
  return {
    pid,
    end: pump.end.then(({ exitCode, stdout, stderr }) => ({ exitCode, report: parseReport(stdout), stderr })),
    ids: () =>
      listSockets()
        .filter((socket) => socket.pid === pid)
        .sort((a, b) => a.ifindex - b.ifindex || a.qid - b.qid)
        .map(({ id }) => id),
    report: () =>
      waitUntil(() => parseReport(pump.stdout()), {
        what: `the report of pump ${mode}`,
        deadlineMs: reportDeadlineMs,
        intervalMs: 20,
      }),
    go: () => void process.kill(pid, 'SIGUSR1'),
    kill: (signal) => signalIfThere(pid, signal),
    async [Symbol.asyncDispose]() {
      signalIfThere(pid, 'SIGKILL');
      await pump.end;
    },
  };
}

function parseReport(output: string): unknown {
  const line = /^\{.*\}$/m.exec(output)?.[0];
  return line === undefined ? undefined : JSON.parse(line);
}

function commandLine(options: Omit<PumpOptions, 'netns'>): string[] {
  const { mode, ifname, queue, ringSize, packetBytes, batch, rounds, sources } = options;
  const values = {
    '--queue': queue,
    '--ring-size': ringSize,
    '--bytes': packetBytes,
    '--batch': batch,
    '--rounds': rounds,
    '--sources': sources,
    '--target-ifname': options.targetIfname,
    '--wait': options.wait,
    '--target': options.target,
  };
  const given = Object.entries(values).filter(([, value]) => value !== undefined);
  const flags = {
    '--separate': options.separate,
    '--wire': options.wire,
    '--udp': options.udp,
    '--zero-copy': options.zeroCopy,
    '--busy-poll': options.busyPoll,
  };
  return [
    mode,
    '--ifname',
    ifname,
    ...given.flatMap(([name, value]) => [name, String(value)]),
    ...Object.entries(flags).flatMap(([name, set]) => (set ? [name] : [])),
  ];
}
