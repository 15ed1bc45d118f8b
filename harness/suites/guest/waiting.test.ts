import test from 'ava';
import { message, pollEvent } from '../../ffi/libc.js';
import { readStats, setRoute } from '../../flash/registry.js';
import { turns } from '../slow.js';
import { countFrom, flashId, openListed, openPair, umemLayouts, type RoutedPair } from './routed-pair.js';
import { startPolling } from './sleeping-poll.js';
import { fill, receive, reclaim, send } from './test-packets.js';
import { borrowDevice, startPumpOn, testbed } from './testbed.js';

const ringSize = 64;
const writable = ({ source }: RoutedPair): boolean => source.poll(pollEvent.out, 0).writable;

test.serial('a source is writable when its target has half of RX free and half of the fill ring filled', async (t) => {
  await using pair = await openPair({ sharedUmem: true });
  fill(pair.target, ringSize / 2 - 1);
  const oneFrameShort = writable(pair);

  fill(pair.target, 1);

  t.false(oneFrameShort);
  t.true(writable(pair));
});

test.serial('a source is not writable when RX of its target is more than half full', async (t) => {
  await using pair = await openPair({ sharedUmem: true });
  fill(pair.target, ringSize);
  send(pair.source, countFrom(0, ringSize / 2));
  pair.source.kick();
  fill(pair.target, ringSize / 2);
  const halfFull = writable(pair);
  send(pair.source, [99]);
  pair.source.kick();
  fill(pair.target, 1);

  t.true(halfFull);
  t.false(writable(pair));
});

test.serial('a source is not writable when its own TX is more than half full', async (t) => {
  await using pair = await openPair({ sharedUmem: true, source: { completionSize: 8 } });
  fill(pair.target, ringSize);
  send(pair.source, countFrom(0, ringSize));
  pair.source.kick();
  receive(pair.target);
  fill(pair.target, 8);
  const left = pair.source.rings.tx.count();

  const before = writable(pair);
  while (pair.source.rings.tx.count() > ringSize / 2) {
    reclaim(pair.source);
    pair.source.kick();
    receive(pair.target);
    fill(pair.target, 8);
  }
  fill(pair.target, ringSize - pair.target.rings.fill.count());

  t.is(left, ringSize - 8);
  t.false(before);
  t.true(writable(pair));
});

test.serial('one target with room is enough', async (t) => {
  await using pair = await openPair({ sharedUmem: true });
  using second = openListed({ netns: pair.device.netns, ifname: 'a', queue: 2, umem: pair.source.umem });
  setRoute(flashId(pair.source), [flashId(pair.target), flashId(second)]);
  const before = writable(pair);

  fill(second, ringSize / 2);

  t.false(before);
  t.true(writable(pair));
});

test.serial('a sleeping source is woken by recvfrom(MSG_MORE) of a target that made room', async (t) => {
  await using pair = await openPair({ sharedUmem: true });
  const waiting = await startPolling(pair.source, pollEvent.out);
  fill(pair.target, ringSize / 2);

  t.is(pair.target.receive(message.more), 'ok');

  t.like(await waiting.result, { writable: true, inTime: true });
});

test.serial('recvfrom(MSG_MORE) of a target without room wakes nobody', async (t) => {
  await using pair = await openPair({ sharedUmem: true });
  fill(pair.target, ringSize / 2 - 1);
  const waiting = pair.source.pollLater(pollEvent.out, 300);

  for (let call = 0; call < 100; call++) pair.target.receive(message.more);

  t.false((await waiting).writable);
  t.is(readStats(flashId(pair.source))['wakeups'], 0);
});

test.serial('a target that only polls wakes its sources as well', async (t) => {
  await using pair = await openPair({ sharedUmem: true });
  const waiting = await startPolling(pair.source, pollEvent.out);
  fill(pair.target, ringSize / 2);

  pair.target.poll(pollEvent.in, 0);

  t.like(await waiting.result, { writable: true, inTime: true });
});

test.serial('a source that sleeps is woken when its route changes to a target with room', async (t) => {
  await using pair = await openPair({ sharedUmem: true });
  using second = openListed({ netns: pair.device.netns, ifname: 'a', queue: 2, umem: pair.source.umem });
  fill(second, ringSize);
  const waiting = await startPolling(pair.source, pollEvent.out);

  setRoute(flashId(pair.source), [flashId(second)]);

  t.like(await waiting.result, { writable: true, inTime: true });
});

test.serial('recvfrom without MSG_MORE still asks for MSG_DONTWAIT', async (t) => {
  await using pair = await openPair({ sharedUmem: true });

  t.is(pair.target.receive(0), 'EOPNOTSUPP');
  t.is(pair.target.receive(message.dontWait), 'ok');
  t.is(pair.target.receive(message.dontWait | message.more), 'ok');
});

for (const { layout, sharedUmem } of umemLayouts) {
  // With a NIC an interrupt is in every cycle, and a slow one if the NIC is emulated.
  const cycles = turns(testbed.zeroCopy ? 5000 : sharedUmem ? 100_000 : 20_000);

  test.serial(`a source sleeps and is woken ${cycles} times, never forgotten and never late (${layout})`, async (t) => {
    t.timeout(280_000);
    await using device = await borrowDevice();
    await using pump = await startPumpOn(device, { mode: 'wake', rounds: cycles, separate: !sharedUmem });
    const [source = -1, target = -1] = pump.ids();
    setRoute(source, [target]);

    pump.go();
    const { exitCode, report } = await pump.end;

    t.log(JSON.stringify(report));
    t.is(exitCode, 0);
    t.like(report, { cycles, lost: 0, stalls: 0 });
  });
}
