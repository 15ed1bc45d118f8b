import { setTimeout as delay } from 'node:timers/promises';
import test from 'ava';
import { bindFlag, message } from '../../ffi/libc.js';
import type { XdpSocket } from '../../ffi/socket-types.js';
import { setRoute } from '../../flash/registry.js';
import { eventually, roundsALook } from './support/ring-state.js';
import { countFrom, flashId, openMore, openSleepingPair } from './support/routed-pair.js';
import { fill, reclaim, send, takePackets } from './support/test-packets.js';
import { testbed } from './support/testbed.js';
import { tracedLines } from './support/traced.js';

/*
 * Many sources wait at a pool for what does not come.
 */

const umem = { frameCount: 2048 };

if (testbed.severalBuffers) {
  /*
   *   [crowd] --> [hung], on the queue of [target] <-- [large] and [small]
   *
   * The crowd has packets that do not fit into what the hung one has left of its RX ring.
   */
  test.serial('a large packet is not starved behind a crowd that waits for another target of the pool', async (t) => {
    const bindFlags = testbed.bindFlags | bindFlag.useSg;
    const rxSize = 16;
    await using pair = await openSleepingPair({
      ...{ sharedUmem: true, umem },
      source: { bindFlags },
      target: { bindFlags, rxSize },
    });
    const { source: large, target } = pair;
    using beside = openMore(pair, [target.queue], { bindFlags, rxSize: 32 });
    using more = openMore(
      pair,
      countFrom(0, 25).map((index) => 2 + (index % 3)),
      { bindFlags },
    );
    const [[hung], [small, ...crowd]] = [beside.sockets, more.sockets] as [[XdpSocket], [XdpSocket, ...XdpSocket[]]];
    for (const each of crowd) setRoute(flashId(each), [flashId(hung)]);
    setRoute(flashId(small), [flashId(target)]);
    fill(target, 256);
    for (const each of crowd) {
      send(each, [0]);
      each.kick();
    }
    const ends = [large, small, target, ...crowd];
    await eventually('the hung target to have packets', () => hung.rings.rx.count() === crowd.length, { ends });
    for (const each of crowd) {
      reclaim(each);
      send(each, [0], { shape: { fragments: 16, fragmentBytes: 64 } });
      each.kick();
    }
    const keepBusy = (): void => {
      reclaim(small);
      send(small, countFrom(0, small.rings.tx.free()));
      if (small.rings.tx.needsWakeup()) small.kick();
    };
    while (target.rings.rx.count() < rxSize) keepBusy();
    send(large, [0], { shape: { fragments: 12, fragmentBytes: 64 } });
    large.kick();
    const arrived = { large: 0, small: 0 };
    const round = (): boolean => {
      keepBusy();
      const taken = takePackets(target, 4);
      target.umem.give(taken.flatMap((packet) => packet.map(({ addr }) => addr)));
      fill(target, taken.flat().length);
      for (const packet of taken) arrived[packet.length === 1 ? 'small' : 'large']++;
      target.receive(message.more);
      return arrived.large > 0;
    };

    await eventually('the large packet to arrive', () => countFrom(0, roundsALook).some(round), {
      ends,
      deadlineMs: 20_000,
      state: () => arrived,
    });
    t.is(arrived.large, 1);
    t.is(hung.rings.rx.count(), crowd.length);
  });

  test.serial(
    'a crowd that waits for a target that takes nothing has the kernel look at the pace of its timer',
    async (t) => {
      const bindFlags = testbed.bindFlags | bindFlag.useSg;
      const quietMs = 200;
      await using pair = await openSleepingPair({
        sharedUmem: true,
        umem,
        source: { bindFlags },
        target: { bindFlags },
      });
      const { source, target } = pair;
      using more = openMore(
        pair,
        countFrom(0, 100).map((index) => 2 + (index % 3)),
        { bindFlags },
      );
      for (const each of more.sockets) setRoute(flashId(each), [flashId(target)]);
      for (const each of [source, ...more.sockets]) {
        send(each, [0], { shape: { fragments: 8, fragmentBytes: 64 } });
        each.kick();
      }

      const events = await tracedLines('workqueue_execute_start', () => delay(quietMs), 'workqueue');

      const runs = events.filter(({ text }) => text.includes('function xsk_serve_work')).length;
      t.true(runs > 0 && runs < quietMs / 4, `${runs} runs of the work in ${quietMs} ms`);
    },
  );
}
