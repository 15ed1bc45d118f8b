import test from 'ava';
import { message } from '../../ffi/libc.js';
import { setRoute } from '../../flash/registry.js';
import { eventually } from './support/ring-state.js';
import { countFrom, flashId, openMore, openPair } from './support/routed-pair.js';
import { fill, receive, reclaim, send } from './support/test-packets.js';
import { testbed } from './support/testbed.js';
import { isInSoftirq, movedIn, tracedLines } from './support/traced.js';

/*
 * Sources with far more packets than a NAPI poll moves, or the timer waits for.
 */
const [packets, sourceCount, mostRounds] = [2048, 6, 10];
const total = packets * sourceCount;

if (testbed.driverRedirects)
  test.serial('once a driver polls sources that have more and more, nobody takes them away from it', async (t) => {
    await using pair = await openPair({
      sharedUmem: true,
      umem: { frameCount: 2 * total },
      source: { txSize: packets, completionSize: 16_384, busyPoll: false },
      target: { rxSize: 16_384, fillSize: 16_384, busyPoll: false },
    });
    const { source, target } = pair;
    using more = openMore(
      pair,
      countFrom(1, sourceCount - 1).map(() => source.queue),
      { txSize: packets },
    );
    const sources = [source, ...more.sockets];
    for (const each of sources) setRoute(flashId(each), [flashId(target)]);

    let [after, inPolls] = [0, 0];
    // Calls and the timer may be faster than the first interrupt.
    for (let round = 0; round < mostRounds && after < total / 2; round++) {
      fill(target, total);
      for (const each of sources) send(each, countFrom(0, packets));
      const events = await tracedLines('flash_redirect', async () => {
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
      const isInPoll = events.map(isInSoftirq);
      const first = isInPoll.indexOf(true);
      if (first < 0) continue;
      after = movedIn(events.slice(first));
      inPolls = movedIn(events.filter((_, index) => isInPoll[index]));
    }

    t.true(after >= total / 2, `${after} of ${total} packets were left for polls in each of ${mostRounds} rounds`);
    t.true(inPolls > after / 2, `${inPolls} of ${after} packets`);
  });
