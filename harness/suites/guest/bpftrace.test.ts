import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import test from 'ava';
import { follow } from '../../process/follow.js';
import { start } from '../../process/run.js';
import { signalGroup } from '../../process/signal-group.js';
import { waitUntil } from '../../process/wait-until.js';
import { repositoryRoot } from '../../host/repository.js';
import { pollEvent } from '../../ffi/libc.js';
import { sleepInPoll } from '../../ffi/sleeper.js';
import { setRoute } from '../../flash/registry.js';
import { flashId, openPair, openSleepingPair } from './support/routed-pair.js';
import { exchange, fill, receive, send } from './support/test-packets.js';

const [startDeadlineMs, endDeadlineMs] = [60_000, 60_000];
const slowMs = 200;

/** Starts a script, does some work once it is attached, and returns what it says at its end. */
async function traced(script: string, work: () => unknown): Promise<string> {
  const child = start('bpftrace', [join(repositoryRoot, 'bpf', 'trace', script)]);
  await using running = follow(child, script);
  // What it prints is printed when all of it is attached.
  await running.waitFor(/^tracing/m, { deadlineMs: startDeadlineMs });
  await work();
  signalGroup(child.pid, 'SIGINT');
  await waitUntil(() => running.ending(), {
    what: `${script} to end`,
    deadlineMs: endDeadlineMs,
    lastState: () => `${running.stdout()}${running.stderr()}`,
  });
  return running.stdout();
}

test.serial('batch-sizes.bt has a histogram of the batches of each hop', async (t) => {
  await using pair = await openPair({ sharedUmem: true });

  const said = await traced('batch-sizes.bt', () => exchange(pair, 5));

  // Five batches of 16, and no other.
  const hop = `@moved\\[${flashId(pair.source)}, ${flashId(pair.target)}\\]: ?\\n\\[16, 32\\)\\s+5 \\|`;
  t.regex(said, new RegExp(hop));
});

/*   source --> target, which is the source of a second hop, to itself   */
test.serial('hop-latency.bt has a histogram of how long packets take through a function', async (t) => {
  await using pair = await openPair({ sharedUmem: true });
  const target = flashId(pair.target);
  setRoute(target, [target]);

  let allUs = 0;
  const said = await traced('hop-latency.bt', async () => {
    fill(pair.target, 32);
    const startNs = process.hrtime.bigint();
    for (const number of [1, 2, 3]) {
      send(pair.source, [number]);
      pair.source.kick();
      // The function is slow once.
      if (number === 2) await delay(slowMs);
      send(pair.target, [number]);
      pair.target.kick();
    }
    allUs = Number((process.hrtime.bigint() - startNs) / 1000n);
  });

  const entries = histogram(said, `@us[${target}]`);
  t.is(sumOf(entries), 3, said);
  const slowest = entries.at(-1);
  t.is(slowest?.count, 1, said);
  // From the first redirect to the second, which is less than all of them took.
  t.true((slowest?.below ?? 0) > slowMs * 1000 && (slowest?.from ?? Infinity) <= allUs, said);
  t.true(
    entries.slice(0, -1).every(({ from }) => from < slowMs * 1000),
    said,
  );
});

test.serial('wakeup-latency.bt has a histogram of how long who is woken waits for a processor', async (t) => {
  await using pair = await openSleepingPair({ sharedUmem: true });
  fill(pair.target, 8);

  let allUs = 0;
  let names: ReadonlySet<string> = new Set();
  const said = await traced('wakeup-latency.bt', async () => {
    const startNs = process.hrtime.bigint();
    for (const number of [1, 2, 3]) {
      await using sleeper = await sleepInPoll(pair.target, pollEvent.in);
      names = threadNames();
      send(pair.source, [number]);
      pair.source.kick();
      await waitUntil(() => sleeper.woken() !== undefined, { what: 'the target to wake', deadlineMs: startDeadlineMs });
      receive(pair.target);
    }
    allUs = Number((process.hrtime.bigint() - startNs) / 1000n);
  });

  // Nobody else sleeps on a socket of AF_XDP: what was woken is threads of this process.
  const found = [...said.matchAll(/^@us\[([^\]]+)\]:/gm)].map(([, name = '']) => name);
  t.true(found.length > 0 && found.every((name) => names.has(name)), said);
  const entries = found.flatMap((name) => histogram(said, `@us[${name}]`));
  t.is(sumOf(entries), 3, said);
  t.true(
    entries.every(({ from }) => from <= allUs),
    said,
  );
});

interface Bucket {
  readonly from: number;
  readonly below: number;
  readonly count: number;
}

const units: Readonly<Record<string, number>> = { '': 1, K: 1024, M: 1024 ** 2, G: 1024 ** 3 };

/** The buckets of a histogram of bpftrace that have something in them. */
function histogram(said: string, title: string): Bucket[] {
  const [, after = ''] = said.split(`${title}:`);
  const [text = ''] = after.trimStart().split('\n\n');
  const number = (digits: string | undefined, unit = ''): number => Number(digits) * (units[unit] ?? Number.NaN);
  // [16] or [16, 32) or [1K, 2K), and how many.
  return [...text.matchAll(/^\[(\d+)([KMG]?)(?:, (\d+)([KMG]?)\)|\])\s+(\d+) \|/gm)]
    .map(([, from, unit, below, belowUnit, count]) => ({
      from: number(from, unit),
      below: below === undefined ? number(from, unit) + 1 : number(below, belowUnit),
      count: Number(count),
    }))
    .filter(({ count }) => count > 0);
}

const sumOf = (buckets: readonly Bucket[]): number => buckets.reduce((sum, { count }) => sum + count, 0);

/** Of this process, as the kernel has them. */
function threadNames(): ReadonlySet<string> {
  const threads = readdirSync('/proc/self/task');
  return new Set(threads.map((thread) => readFileSync(`/proc/self/task/${thread}/comm`, 'utf8').trim()));
}
