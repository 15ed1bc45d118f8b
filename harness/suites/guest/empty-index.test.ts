import test from 'ava';
import type { XdpSocket } from '../../ffi/socket-types.js';
import { readAttribute, readStats, setRoute } from '../../flash/registry.js';
import { run } from '../../process/run.js';
import { auditProblems } from './support/frame-audit.js';
import { countFrom, flashId, openListed, openPair, umemLayouts } from './support/routed-pair.js';
import { openRow, recycle, type RowOptions, type SocketRow } from './support/socket-row.js';
import { receive, reclaim, send } from './support/test-packets.js';
import { createTestUmem } from './support/testbed.js';
import { vethTestbed } from './support/veth-testbed.js';
import { makeVeth } from './support/veth.js';

/*
 * Routes of which some targets are gone: a packet for one of them is dropped, and given to nobody
 * else. Where all are, see emptied-route.test.ts.
 */
interface Fan extends AsyncDisposable {
  readonly row: SocketRow;
  readonly source: XdpSocket;
  readonly targets: readonly XdpSocket[];
}

/** A source that is routed to all the others, which have frames. */
async function openFan(options: RowOptions): Promise<Fan> {
  const row = await openRow(options);
  const [source, ...targets] = row.sockets as [XdpSocket, ...XdpSocket[]];
  setRoute(flashId(source), targets.map(flashId));
  for (const target of targets) recycle(target, 32);
  return { row, source, targets, [Symbol.asyncDispose]: () => row[Symbol.asyncDispose]() };
}

const shown = (source: XdpSocket): string[] => readAttribute(flashId(source), 'next').trimEnd().split('\n').slice(1);
const line = (socket: XdpSocket | undefined, index: number): string =>
  `${index}\t${socket === undefined ? -1 : flashId(socket)}`;

/** Numbered packets, each for the index that its number says. Returns their frames. */
const sendTo = (source: XdpSocket, numbers: readonly number[], indices: number): number[] =>
  send(source, numbers, { options: (number) => (number % indices) << 16 }).map(({ addr }) => addr);

for (const { layout, sharedUmem } of umemLayouts) {
  for (const gone of [0, 1, 2]) {
    test.serial(
      `of three targets the one with index ${gone} closes: its packets are dropped, and those of the others arrive where they did (${layout})`,
      async (t) => {
        await using fan = await openFan({ count: 4, sharedUmem });
        const before = await fan.row.device.packetsOnWire();
        fan.targets[gone]?.close();

        sendTo(fan.source, countFrom(0, 30), 3);
        const outcome = fan.source.kick();

        t.is(outcome, 'ok');
        t.deepEqual(
          shown(fan.source),
          fan.targets.map((target, index) => line(index === gone ? undefined : target, index)),
        );
        for (const [index, target] of fan.targets.entries()) {
          if (index !== gone)
            t.deepEqual(
              receive(target),
              countFrom(0, 30).filter((number) => number % 3 === index),
            );
        }
        t.is(reclaim(fan.source), 30);
        t.like(readStats(flashId(fan.source)), {
          redirected: 20,
          drop_no_target: 10,
          drop_bad_index: 0,
          drop_invalid: 0,
        });
        t.is(fan.source.statistics().tx_invalid_descs, 0);
        t.is(await fan.row.device.packetsOnWire(), before);
      },
    );
  }

  test.serial(`the last target that is left gets only what is for it (${layout})`, async (t) => {
    await using fan = await openFan({ count: 3, sharedUmem });
    const [first, second] = fan.targets as [XdpSocket, XdpSocket];
    first.close();

    sendTo(fan.source, countFrom(0, 20), 2);
    fan.source.kick();
    send(fan.source, [100], { options: () => 2 << 16 });
    fan.source.kick();

    t.deepEqual(shown(fan.source), [line(undefined, 0), line(second, 1)]);
    t.deepEqual(
      receive(second),
      countFrom(0, 20).filter((number) => number % 2 === 1),
    );
    t.is(reclaim(fan.source), 21);
    t.like(readStats(flashId(fan.source)), { redirected: 10, drop_no_target: 10, drop_bad_index: 1 });
  });
}

test.serial(
  'packets for an empty index come back in the order they were sent, among those that are delivered',
  async (t) => {
    await using fan = await openFan({ count: 3, sharedUmem: false });
    const [first, second] = fan.targets as [XdpSocket, XdpSocket];
    second.close();
    const sent = sendTo(fan.source, countFrom(0, 32), 2);

    fan.source.kick();

    t.deepEqual(fan.source.rings.completion.peek(), sent);
    t.deepEqual(
      receive(first),
      countFrom(0, 32).filter((number) => number % 2 === 0),
    );
    t.is(reclaim(fan.source), 32);
    t.deepEqual(auditProblems([fan.source.umem, first.umem]), []);
  },
);

test.serial('a target that is named twice leaves both of its indices empty', async (t) => {
  await using row = await openRow({ count: 3, sharedUmem: true });
  const [source, first, second] = row.sockets as [XdpSocket, XdpSocket, XdpSocket];
  setRoute(flashId(source), [first, second, first].map(flashId));

  first.close();

  t.deepEqual(shown(source), [line(undefined, 0), line(second, 1), line(undefined, 2)]);
});

test.serial('a socket that gets the id of a target that has closed gets none of its packets', async (t) => {
  await using fan = await openFan({ count: 3, sharedUmem: true });
  const [first, second] = fan.targets as [XdpSocket, XdpSocket];
  const id = flashId(first);
  first.close();
  using heir = openListed({ netns: fan.row.device.netns, ifname: fan.row.device.a, queue: 4, umem: fan.source.umem });
  recycle(heir, 32);

  sendTo(fan.source, countFrom(0, 20), 2);
  fan.source.kick();

  t.is(flashId(heir), id);
  t.deepEqual(shown(fan.source), [line(undefined, 0), line(second, 1)]);
  t.deepEqual(receive(heir), []);
  t.deepEqual(
    receive(second),
    countFrom(0, 20).filter((number) => number % 2 === 1),
  );
});

test.serial('a route with an empty index is replaced like any other', async (t) => {
  await using fan = await openFan({ count: 4, sharedUmem: true });
  const [first, second, third] = fan.targets as [XdpSocket, XdpSocket, XdpSocket];
  first.close();

  setRoute(flashId(fan.source), [second, third].map(flashId));
  sendTo(fan.source, countFrom(0, 20), 2);
  fan.source.kick();

  t.deepEqual(shown(fan.source), [line(second, 0), line(third, 1)]);
  t.deepEqual(
    receive(second),
    countFrom(0, 20).filter((number) => number % 2 === 0),
  );
  t.deepEqual(
    receive(third),
    countFrom(0, 20).filter((number) => number % 2 === 1),
  );
  t.is(readStats(flashId(fan.source))['drop_no_target'], 0);
});

test.serial('a target whose device goes away leaves its index empty', async (t) => {
  await using pair = await openPair({ sharedUmem: true, route: false });
  await using elsewhere = await makeVeth();
  using umem = createTestUmem({ frameCount: 64 });
  using target = openListed({ netns: elsewhere.netns, ifname: 'a', queue: 0, umem, bindFlags: vethTestbed.bindFlags });
  setRoute(flashId(pair.source), [target, pair.target].map(flashId));
  recycle(pair.target, 32);

  await run('ip', ['-n', elsewhere.netns, 'link', 'delete', 'dev', 'a']);
  sendTo(pair.source, countFrom(0, 20), 2);
  pair.source.kick();

  t.deepEqual(shown(pair.source), [line(undefined, 0), line(pair.target, 1)]);
  t.is(readAttribute(flashId(target), 'ifindex'), '-1\n');
  t.deepEqual(
    receive(pair.target),
    countFrom(0, 20).filter((number) => number % 2 === 1),
  );
  t.is(readStats(flashId(pair.source))['drop_no_target'], 10);
});
