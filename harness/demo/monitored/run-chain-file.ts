import { release } from 'node:os';
import { join } from 'node:path';
import { requireFlash } from '../../flash/registry.js';
import { startClock } from '../../host/duration.js';
import { parseChain, type Chain } from '../../../nf/monitor/chain-file.js';
import { commandMonitor } from '../../../nf/monitor/client.js';
import { makeFunctions, type MonitoredFunctions } from './functions.js';
import { makeOpenDir } from './open-dir.js';
import { inputsOf, requireDemonstrable } from './paths.js';
import type { ChainFileEvent, ChainFileReport, Without } from './report.js';
import { startMonitor } from './start-monitor.js';
import { makeTraffic, windowOf, type Traffic } from './traffic.js';
import { layWires } from './wires.js';

export interface ChainFileOptions {
  /** What the file is called in messages. */
  readonly file: string;
  readonly text: string;
  readonly onEvent?: (event: ChainFileEvent) => void;
  /** Awaited while the chain is in place once more. */
  readonly beforeTearDown?: () => Promise<void>;
}

/** For each function that has input. */
const packetsOfInput = 1000;

/** What the demo needs of a file, before anything runs. */
export function readDemonstrable(text: string, file: string): Chain {
  const chain = parseChain(text, file);
  requireDemonstrable(chain);
  return chain;
}

/**
 * Has a monitor run what a file describes, with each function a process of the user it names, and looks whether
 * every packet goes where the file says: with all functions, and with each of them missing.
 */
export async function runChainFile({
  file,
  text,
  onEvent,
  beforeTearDown,
}: ChainFileOptions): Promise<ChainFileReport> {
  const elapsed = startClock();
  const phase = (name: string): void => onEvent?.({ kind: 'phase', phase: name });
  const chain = readDemonstrable(text, file);
  if (Object.values(chain.functions).some(({ to }) => to.length > 0)) requireFlash();

  phase('lay the wires and start the monitor');
  await using wires = await layWires(chain);
  using dir = makeOpenDir();
  const socket = join(dir.path, 'monitor.sock');
  await using _monitor = await startMonitor({ netns: wires.netns, socket, state: join(dir.path, 'state.json') });
  await commandMonitor(socket, { command: 'apply', file, text });
  await using functions = makeFunctions(chain, { netns: wires.netns, dir: dir.path, socket });
  // Who comes last has all targets there.
  const names = Object.keys(chain.functions).toReversed();
  const startAll = async (): Promise<void> => {
    for (const name of names) await functions.start(name);
  };
  phase(`start ${names.length} functions`);
  await startAll();
  const traffic = makeTraffic(chain, wires);
  phase(`send ${packetsOfInput} packets to each of ${inputsOf(chain).length} input(s)`);
  await traffic.send(packetsOfInput);
  const without = new Map<string, Without>();
  for (const name of Object.keys(chain.functions)) {
    phase(`go without ${name}`);
    without.set(name, await goWithout(name, functions, traffic, windowOf(chain)));
  }
  phase('stop the functions and count');
  for (const name of names.toReversed()) await functions.stop(name);

  const report = buildReport({ chain, functions, traffic, without, seconds: elapsed() });
  if (beforeTearDown !== undefined) {
    await startAll();
    onEvent?.({ kind: 'report', report, socket });
    await beforeTearDown();
  }
  return report;
}

async function goWithout(
  name: string,
  functions: MonitoredFunctions,
  traffic: Traffic,
  count: number,
): Promise<Without> {
  await functions.stop(name);
  const sent = await traffic.send(count, name);
  await functions.start(name);
  await traffic.sendWaiting();
  await traffic.send(count);
  return sent;
}

interface Results {
  readonly chain: Chain;
  readonly functions: MonitoredFunctions;
  readonly traffic: Traffic;
  readonly without: ReadonlyMap<string, Without>;
  readonly seconds: number;
}

function buildReport({ chain, functions, traffic, without, seconds }: Results): ChainFileReport {
  const { problems: lost, ends, through, intoDevice, outOfDevice } = traffic.counts();
  const rows = Object.entries(chain.functions).map(([name, { user, group, device, queue, to }]) => ({
    ...{ name, user: String(user ?? `:${group}`), place: `${device}:${queue}`, to, ...functions.counts(name) },
    expected: through.get(name) ?? 0,
    without: without.get(name) ?? { wire: 0, waits: 0, dropped: 0, host: 0 },
  }));
  const problems = [
    ...lost,
    ...rows.flatMap(({ name, received, sent, held, expected }) => [
      ...(received === expected ? [] : [`${name} received ${received} packets, and the file leads ${expected} there`]),
      ...(sent === received ? [] : [`${name} sent ${sent} of ${received} packets`]),
      ...(held === 0 ? [] : [`${name} kept ${held} frames`]),
    ]),
  ];
  const devices = [...new Set(Object.values(chain.functions).map(({ device }) => device))];
  return {
    ...{ ok: problems.length === 0, problems, chain: chain.chain, kernel: release(), seconds },
    packets: {
      sent: ends.wire + ends.waits + ends.dropped + ends.host,
      arrived: ends.wire,
      dropped: ends.dropped,
      host: ends.host,
    },
    functions: rows.map(({ held: _, ...row }) => row),
    devices: devices.map((name) => ({
      name,
      received: intoDevice.get(name) ?? 0,
      sent: outOfDevice.get(name) ?? 0,
    })),
  };
}

/** Not only for its owner: functions are other users. */
