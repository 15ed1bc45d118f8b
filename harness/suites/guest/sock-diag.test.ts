import test from 'ava';
import { inNetns } from '../../ffi/netns.js';
import { listDiagSockets, type DiagSocket } from '../../ffi/sock-diag.js';
import type { XdpSocket } from '../../ffi/socket-types.js';
import { readSocket, setRoute, statNames } from '../../flash/registry.js';
import { runIn } from '../../host/netns.js';
import { lookedBetween } from './support/observed.js';
import { flashId, openListed, openPair, type RoutedPair } from './support/routed-pair.js';
import { exchange } from './support/test-packets.js';
import { createTestUmem } from './support/testbed.js';
import { makeVeth } from './support/veth.js';

const told = (netns: string): readonly DiagSocket[] => inNetns(netns, listDiagSockets) ?? [];

/** What `next`, `stats` and the rest say of a socket, as sock_diag does. */
function fromFiles(socket: XdpSocket): Pick<DiagSocket, 'cookie' | 'ifindex' | 'queue' | 'flash'> {
  const { id, cookie, ifindex, qid, route, stats } = readSocket(flashId(socket));
  return { cookie, ifindex, queue: qid, flash: { id, route, counters: statNames.map((name) => stats[name] ?? -1) } };
}

const openThird = ({ device, source }: RoutedPair): XdpSocket =>
  openListed({ netns: device.netns, ifname: device.a, queue: 2, umem: source.umem });

test.serial('sock_diag tells the routes and counters that the files do, also of a target that has left', async (t) => {
  await using pair = await openPair({ sharedUmem: true });
  exchange(pair, 2);
  const third = openThird(pair);
  setRoute(flashId(pair.source), [flashId(third), flashId(pair.target)]);
  const both = told(pair.device.netns).find(({ cookie }) => cookie === fromFiles(pair.source).cookie);
  third.close();

  const sockets = told(pair.device.netns);

  t.is(both?.flash?.route.length, 2);
  for (const socket of [pair.source, pair.target]) {
    const files = fromFiles(socket);
    t.like(
      sockets.find(({ cookie }) => cookie === files.cookie),
      files,
    );
  }
  const [{ flash } = { flash: undefined }] = sockets.filter(({ cookie }) => cookie === fromFiles(pair.source).cookie);
  t.deepEqual(flash?.route, [-1, flashId(pair.target)]);
  t.is(flash?.counters[0], 32);
});

test.serial('sock_diag lists all sockets but one whose device is gone', async (t) => {
  await using device = await makeVeth();
  const { netns } = device;
  await runIn(netns, 'ip', ['link', 'add', 'doomed', 'type', 'veth', 'peer', 'name', 'peer']);
  using umem = createTestUmem({ frameCount: 8 });
  using before = openListed({ netns, ifname: device.a, queue: 0, umem });
  using lost = openListed({ netns, ifname: 'doomed', queue: 0, umem });
  using after = openListed({ netns, ifname: device.a, queue: 1, umem });
  await runIn(netns, 'ip', ['link', 'delete', 'dev', 'doomed']);

  const cookies = told(netns).map(({ cookie }) => cookie);

  t.is(readSocket(flashId(lost)).ifindex, -1);
  t.deepEqual(cookies.toSorted(), [before, after].map((socket) => readSocket(flashId(socket)).cookie).toSorted());
});

test.serial('a second look at the sockets finds what has changed since the first', async (t) => {
  await using pair = await openPair({ sharedUmem: true, route: false });
  const third = openThird(pair);
  const keys = [third, pair.target].map((socket) => {
    const { id, cookie } = readSocket(flashId(socket));
    return { id, cookie };
  });
  const source = flashId(pair.source);

  const snapshots = await lookedBetween([
    () => setRoute(source, [flashId(third), flashId(pair.target)]),
    () => third.close(),
    () => exchange(pair, 1),
  ]);

  const facts = snapshots.map(({ sockets }) => sockets.find(({ id }) => id === source));
  t.deepEqual(
    facts.map((socket) => socket?.route),
    [[], keys, [null, keys[1]], [null, keys[1]]],
  );
  t.is(facts.at(-1)?.stats['drop_no_target'], 16);
});
