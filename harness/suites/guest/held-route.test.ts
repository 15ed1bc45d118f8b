import type { XdpSocket } from '../../ffi/socket-types.js';
import { holdAt } from '../../flash/hold.js';
import { setRoute } from '../../flash/registry.js';
import { interleaving, routeInThread } from './support/interleaving.js';
import { eventually } from './support/ring-state.js';
import { exchange, reclaim, send } from './support/test-packets.js';
import { countFrom, endsOf, flashId, openMore, openPair, openSleepingPair } from './support/routed-pair.js';

/*
 *   a:0 [source] --next--> [target] a:1      a:2 [first] --next--> [second] a:3
 *
 * A route is about to be set. What that takes is not for others to wait for.
 */
interleaving(
  'who waits for memory for a route holds up nobody who opens a socket, closes one or sets another route',
  async (t) => {
    await using pair = await openPair({ sharedUmem: true, route: false });
    using memory = holdAt('route-alloc', flashId(pair.source));
    const writing = routeInThread(pair.source, [pair.target]);
    await memory.held();

    {
      using more = openMore(pair, [2, 3]);
      const [first, second] = more.sockets as [XdpSocket, XdpSocket];
      setRoute(flashId(first), [flashId(second)]);
    }
    // Throws if that has lasted longer than it is held.
    memory.release();

    t.is(await writing.end, 'ok');
    t.deepEqual(exchange(pair, 1), countFrom(0, 16));
  },
);

interleaving('to clear a route takes no longer because its program keeps TX full', async (t) => {
  const [txSize, batch, mostLooks] = [64, 32, 8];
  await using pair = await openSleepingPair({ sharedUmem: true, source: { txSize } });
  const { source } = pair;
  send(source, countFrom(0, txSize));
  let held = holdAt('xmit');
  const clearing = routeInThread(source, []);
  let looks = 0;

  for (; looks <= mostLooks; looks++) {
    await eventually('a look, or the end', () => held.isHeld() || clearing.hasEnded(), { ends: endsOf(pair) });
    if (clearing.hasEnded()) break;
    reclaim(source);
    send(source, countFrom(0, source.rings.tx.free()));
    const next = holdAt('xmit');
    held.release();
    held = next;
  }

  held[Symbol.dispose]();
  t.is(await clearing.end, 'ok');
  t.is(looks, txSize / batch);
});
