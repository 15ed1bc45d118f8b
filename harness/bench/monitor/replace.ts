import { setTimeout as delay } from 'node:timers/promises';
import { pairs, max } from 'd3-array';
import { signalGroup } from '../../process/signal-group.js';
import { waitUntil } from '../../process/wait-until.js';
import { startLoad } from './load.js';
import { nobody, openMonitoredChain, type MonitoredChain } from './monitored-chain.js';
import type { Replacement } from './monitor-costs-program.js';

const deadlineMs = 60_000;
/** Before anything changes, and after it has. */
const steadyMs = 500;

/** What is called `last` sends on the wire; `first` sends to it. */
const chainOf = (last: string, ...others: string[]): string =>
  [
    'chain: web',
    'functions:',
    `  first: { device: a, queue: 0, user: ${nobody}, input: true, to: [${last}] }`,
    ...[last, ...others].map((name) => `  ${name}: { device: a, queue: ${name === 'old' ? 1 : 2}, user: ${nobody} }`),
    '',
  ].join('\n');

/** Has another program take the place of the last of two functions while packets come in. */
export async function replace(how: Replacement['how'], packetsPerSecond: number): Promise<Replacement> {
  await using chain = await openMonitoredChain(chainOf('old', 'new'));
  await chain.apply(chainOf('old', 'new'));
  const old = await chain.start('old');
  if (how === 'beside') await chain.start('new', '--swap-macs');
  await chain.start('first');
  await using load = startLoad(chain.wires, packetsPerSecond);
  await waitUntil(() => load.arrivals.length > 0, { what: 'packets to arrive', deadlineMs, intervalMs: 1 });
  await delay(steadyMs);

  const startMs = performance.now();
  await change(chain, how, old);
  await waitUntil(() => load.arrivals.some(({ swapped }) => swapped), {
    what: 'packets to go through the new function',
    ...{ deadlineMs, intervalMs: 1, lastState: () => load.arrivals.length },
  });
  await delay(steadyMs);
  await load.stop();

  const first = load.arrivals.findIndex(({ swapped }) => swapped);
  const since = load.arrivals.findLastIndex(({ atMs }) => atMs <= startMs);
  return {
    how,
    untilNewMs: (load.arrivals[first]?.atMs ?? Number.NaN) - startMs,
    longestGapMs: max(pairs(load.arrivals.slice(since)), ([one, next]) => next.atMs - one.atMs) ?? Number.NaN,
    sent: load.sent(),
    lost: load.sent() - load.arrivals.length,
  };
}

async function change(chain: MonitoredChain, how: Replacement['how'], old: { readonly pid: number }): Promise<void> {
  if (how === 'beside') {
    await chain.apply(chainOf('new'));
    return;
  }
  signalGroup(old.pid, how === 'killed' ? 'SIGKILL' : 'SIGTERM');
  await chain.start('old', '--swap-macs');
}
