import { join } from 'node:path';
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
import { exchange, fill, send } from './support/test-packets.js';

const [startDeadlineMs, endDeadlineMs] = [60_000, 60_000];

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

  const said = await traced('hop-latency.bt', () => {
    fill(pair.target, 32);
    for (const number of [1, 2, 3]) {
      send(pair.source, [number]);
      pair.source.kick();
      send(pair.target, [number]);
      pair.target.kick();
    }
  });

  const counts = [...(/@us\[\d+\]: ?\n([\s\S]*?)\n\n/.exec(said)?.[1] ?? '').matchAll(/\)\s+(\d+) \|/g)].map(
    ([, count]) => Number(count),
  );
  t.is(
    counts.reduce((sum, count) => sum + count, 0),
    3,
    said,
  );
});

test.serial('wakeup-latency.bt has a histogram of how long who is woken waits for a processor', async (t) => {
  await using pair = await openSleepingPair({ sharedUmem: true });
  fill(pair.target, 8);

  const said = await traced('wakeup-latency.bt', async () => {
    await using sleeper = await sleepInPoll(pair.target, pollEvent.in);
    send(pair.source, [1]);
    pair.source.kick();
    await waitUntil(() => sleeper.woken() !== undefined, { what: 'the target to wake', deadlineMs: startDeadlineMs });
  });

  t.regex(said, /@us\[[^\]]+\]: ?\n.*\s+\d+ \|/);
});
