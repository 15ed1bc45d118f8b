import { startIn } from '../../host/netns.js';
import { FlashError } from '../../errors.js';
import { listSockets, setRoute } from '../../flash/registry.js';
import { nativePaths } from '../../native/build-native.js';
import { waitForLinks } from '../../nics/guest-ports.js';
import { follow } from '../../process/follow.js';
import { benchNetns, devicesFor } from './devices.js';
import { findContender } from './contenders.js';
import type { Chain } from './plan.js';
import { hopsResultSchema, type HopsResult } from './results.js';

export interface HopsOptions extends Chain {
  readonly warmUpMs: number;
  readonly measureMs: number;
  readonly ringSize: number;
  /** Packets per second the source has to send; as many as the chain takes unless told. */
  readonly ratePps?: number;
  /** The sink takes nothing, so that the chain fills up. */
  readonly sinkStops?: boolean;
}

const readyDeadlineMs = 20_000;

/** Runs a chain from its first packet to its last, its routes set where it has any. */
export async function runHops(options: HopsOptions): Promise<HopsResult> {
  const contender = findContender(options.contender);
  using devices = devicesFor(contender, options.functions);
  await using hops = follow(
    startIn(benchNetns, nativePaths[contender.program], commandLine(options, devices.ifnames)),
    'hops',
    0,
  );
  const [, pidText] = await hops.waitFor(/^ready (\d+)/m, { deadlineMs: readyDeadlineMs, intervalMs: 5 });
  const pid = Number(pidText);
  if (contender.routed) routeInOrder(pid);
  // Attaching a program may have reset them.
  if (contender.devices === 'vfs') await waitForLinks([benchNetns], devices.ifnames);
  process.kill(pid, 'SIGUSR1');
  const { exitCode, stdout, stderr } = await hops.end;
  const line = /^\{.*\}$/m.exec(stdout)?.[0];
  if (exitCode !== 0 || line === undefined) throw new FlashError('infrastructure', `hops failed: ${stderr.trim()}`);
  return hopsResultSchema.parse(JSON.parse(line));
}

/** The sockets are on the queues of one device, in the order of the chain. */
function routeInOrder(pid: number): void {
  const sockets = listSockets()
    .filter((socket) => socket.pid === pid)
    .sort((a, b) => a.qid - b.qid);
  for (const [index, { id }] of sockets.slice(0, -1).entries()) setRoute(id, [sockets[index + 1]?.id ?? -1]);
}

function commandLine(options: HopsOptions, ifnames: readonly string[]): string[] {
  const contender = findContender(options.contender);
  const values = {
    '--transport': contender.transport,
    '--functions': contender.functionsInKernel ? 0 : options.functions,
    '--bytes': options.packetBytes,
    '--batch': options.batch,
    '--ring-size': options.ringSize,
    '--rate': options.ratePps ?? 0,
    '--warm-up-ms': options.warmUpMs,
    '--measure-ms': options.measureMs,
    '--wait': options.wait,
    '--xdp-object': nativePaths.xskRedirect,
  };
  const flags = {
    '--separate': contender.separate,
    '--zero-copy': contender.zeroCopy,
    '--stop-sink': options.sinkStops,
  };
  return [
    ...Object.entries(values).flatMap(([name, value]) => [name, String(value)]),
    ...Object.entries(flags).flatMap(([name, set]) => (set ? [name] : [])),
    ...ifnames.flatMap((ifname) => ['--ifname', ifname]),
  ];
}
