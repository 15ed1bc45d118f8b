import test from 'ava';
import { message } from '../../ffi/libc.js';
import { setRoute } from '../../flash/registry.js';
import { eventually } from './support/ring-state.js';
import { countFrom, flashId, openMore, openPair } from './support/routed-pair.js';
import { fill, receive, reclaim, send } from './support/test-packets.js';
import { testbed } from './support/testbed.js';
import { isInSoftirq, tracedEvents, type TracedEvent } from './support/traced.js';

/*
 * Sources with far more packets than a NAPI poll moves, or the timer waits for. Who is faster, the polls or the work
 * that the timer starts, is a matter of processors; what the work does when polls have done as much is not.
 */
const [packets, sourceCount] = [8192, 6];
const total = packets * sourceCount;
const [enough, mostRounds] = [6, 12];

/** Batches after which four polls have ended, each of which moves four at most. */
const batchesOfPolls = 20;

if (testbed.driverRedirects)
  test.serial('once a driver polls sources that have more and more, nobody takes them away from it', async (t) => {
    await using pair = await openPair({
      sharedUmem: true,
      umem: { frameCount: 2 * total },
      source: { txSize: packets, completionSize: 65_536, busyPoll: false },
      target: { rxSize: 65_536, fillSize: 65_536, busyPoll: false },
    });
    const { source, target } = pair;
    using more = openMore(
      pair,
      countFrom(1, sourceCount - 1).map(() => source.queue),
      { txSize: packets },
    );
    const sources = [source, ...more.sockets];
    for (const each of sources) setRoute(flashId(each), [flashId(target)]);

    const moved: number[] = [];
    for (let round = 0; round < mostRounds && moved.length < enough; round++) {
      fill(target, total);
      for (const each of sources) send(each, countFrom(0, packets));
      const events = await tracedEvents(['flash/flash_redirect', 'workqueue'], async () => {
        for (const each of sources) each.kick();
        const arrived = (): boolean => {
          // Who calls serves those that wait, and would leave the rest to the work.
          source.receive(message.more);
          return target.rings.rx.count() === total;
        };
        await eventually('all of them to arrive', arrived, { ends: [target, ...sources] });
      });
      receive(target);
      reclaim(source);
      moved.push(...movedAfterPolls(events));
    }

    t.true(moved.length >= enough, `the work came after polls ${moved.length} times in ${mostRounds} rounds`);
    // One that found its source taken, and nothing to move, looks later and may then be late.
    const took = moved.filter((batches) => batches > 0);
    t.true(
      took.length <= moved.length / 4,
      `batches that the work moved after polls had moved as much: ${moved.join()}`,
    );
  });

/** How many batches each run of the work moved that began after polls had moved as many, and before all had moved. */
function movedAfterPolls(events: readonly TracedEvent[]): readonly number[] {
  const last = events.findLastIndex(isRedirect);
  const running = new Map<number, { inPolls: number; moved: number }>();
  const found: number[] = [];
  let inPolls = 0;
  for (const event of events.slice(0, last)) {
    const { thread, text } = event;
    const own = running.get(thread);
    if (isRedirect(event) && isInSoftirq(event)) inPolls += 1;
    else if (isRedirect(event) && own !== undefined) own.moved += 1;
    else if (/^workqueue_execute_start: .* function xsk_serve_work/.test(text)) {
      running.set(thread, { inPolls, moved: 0 });
      inPolls = 0;
    } else if (/^workqueue_execute_end: /.test(text) && own !== undefined) {
      running.delete(thread);
      if (own.inPolls >= batchesOfPolls) found.push(own.moved);
    }
  }
  return found;
}

function isRedirect({ text }: TracedEvent): boolean {
  return text.startsWith('flash_redirect: ');
}
