import test from 'ava';
import { packetContinues } from '../../ffi/libc.js';
import { readStats, setRoute } from '../../flash/registry.js';
import { auditProblem } from './frame-audit.js';
import { countFrom, flashId, openPair, umemLayouts, umemsOf, type RoutedPair } from './routed-pair.js';
import { fill, receive, reclaim, send } from './test-packets.js';
import { packetsOnWire } from './veth.js';

const stats = ({ source }: RoutedPair): Readonly<Record<string, number>> => readStats(flashId(source));
const problems = (pair: RoutedPair): string[] => umemsOf(pair).map(auditProblem).filter((problem) => problem !== undefined);

for (const { layout, sharedUmem } of umemLayouts) {
  test.serial(`packets arrive in order and every frame is accounted for (${layout})`, async (t) => {
    await using pair = await openPair({ sharedUmem });
    const received: number[] = [];

    for (let round = 0; round < 50; round++) {
      fill(pair.target, 48 - pair.target.rings.fill.count());
      send(pair.source, countFrom(round * 40, 40));
      t.is(pair.source.kick(), 'ok');
      received.push(...receive(pair.target));
      reclaim(pair.source);
    }

    t.deepEqual(received, countFrom(0, 2000));
    t.deepEqual(problems(pair), []);
    t.like(stats(pair), { redirected: 2000, copied: sharedUmem ? 0 : 2000, drop_invalid: 0 });
  });

  test.serial(`nothing of a routed socket reaches the wire (${layout})`, async (t) => {
    await using pair = await openPair({ sharedUmem });
    const before = await packetsOnWire(pair.veth);
    fill(pair.target, 16);
    send(pair.source, countFrom(0, 32));

    pair.source.kick();
    pair.source.kick();

    t.is(pair.source.rings.tx.count(), 16);
    t.is(await packetsOnWire(pair.veth), before);
  });

  test.serial(`a full RX ring stalls the source and drops nothing (${layout})`, async (t) => {
    await using pair = await openPair({ sharedUmem, target: { rxSize: 16 } });
    fill(pair.target, 64);
    send(pair.source, countFrom(0, 40));

    const outcome = pair.source.kick();
    const left = pair.source.rings.tx.count();
    const stalls = stats(pair)['stall_rx_full'];
    const received = receive(pair.target);
    pair.source.kick();
    received.push(...receive(pair.target));

    t.is(outcome, 'EAGAIN');
    t.is(left, 24);
    t.true((stalls ?? 0) > 0);
    t.deepEqual(received, countFrom(0, 32));
    t.deepEqual(problems(pair), []);
  });

  test.serial(`an empty fill ring stalls the source and drops nothing (${layout})`, async (t) => {
    await using pair = await openPair({ sharedUmem });
    fill(pair.target, 10);
    send(pair.source, countFrom(0, 30));

    const outcome = pair.source.kick();
    const stalls = stats(pair)['stall_fill_empty'];
    const received = receive(pair.target);
    fill(pair.target, 30);
    pair.source.kick();
    received.push(...receive(pair.target));

    t.is(outcome, 'EAGAIN');
    t.true((stalls ?? 0) > 0);
    t.deepEqual(received, countFrom(0, 30));
    t.deepEqual(problems(pair), []);
  });

  test.serial(`a full completion ring stalls the source, and frames taken for it wait in the stash (${layout})`, async (t) => {
    await using pair = await openPair({ sharedUmem, source: { completionSize: 16 } });
    fill(pair.target, 40);
    send(pair.source, countFrom(0, 40));

    const outcome = pair.source.kick();
    const received = receive(pair.target);
    const stalled = stats(pair)['stall_cq_full'];
    const audited = problems(pair);
    while (pair.source.rings.tx.count() > 0) {
      reclaim(pair.source);
      pair.source.kick();
      received.push(...receive(pair.target));
    }

    t.is(outcome, 'EAGAIN');
    t.true((stalled ?? 0) > 0);
    t.deepEqual(audited, []);
    t.deepEqual(received, countFrom(0, 40));
    t.deepEqual(problems(pair), []);
  });

  test.serial(`the stash is used before the fill ring (${layout})`, async (t) => {
    await using pair = await openPair({ sharedUmem, source: { completionSize: 4 } });
    fill(pair.target, 20);
    send(pair.source, countFrom(0, 20));
    pair.source.kick();
    const stashed = readStats(flashId(pair.target))['stashed'] ?? 0;
    const filled = pair.target.rings.fill.count();
    reclaim(pair.source);

    pair.source.kick();

    t.is(stashed + filled, 16);
    t.true(stashed > 0);
    t.is(readStats(flashId(pair.target))['stashed'], stashed - 4);
    t.is(pair.target.rings.fill.count(), filled);
    t.deepEqual(problems(pair), []);
  });

  test.serial(`an invalid descriptor is completed, counted and not delivered (${layout})`, async (t) => {
    await using pair = await openPair({ sharedUmem });
    fill(pair.target, 32);
    const [bad = 0] = pair.source.umem.take(1);
    send(pair.source, [0, 1, 2]);
    pair.source.rings.tx.produce([{ addr: bad, len: 0 }]);
    send(pair.source, [3, 4]);

    pair.source.kick();

    t.deepEqual(receive(pair.target), [0, 1, 2, 3, 4]);
    t.is(pair.source.rings.completion.count(), 6);
    t.is(pair.source.rings.completion.peek()[3], bad);
    t.like(stats(pair), { drop_invalid: 1, redirected: 5 });
    t.is(pair.source.statistics().tx_invalid_descs, 1);
    t.deepEqual(problems(pair), []);
  });

  test.serial(`a packet of several buffers for a target without them is dropped whole (${layout})`, async (t) => {
    await using pair = await openPair({ sharedUmem });
    fill(pair.target, 32);
    send(pair.source, [0]);
    send(pair.source, [1, 2, 3], (number) => (number === 3 ? 0 : packetContinues));
    send(pair.source, [4]);

    pair.source.kick();

    t.deepEqual(receive(pair.target), [0, 4]);
    t.is(pair.source.rings.completion.count(), 5);
    t.like(stats(pair), { drop_oversize: 1, redirected: 2 });
    t.deepEqual(problems(pair), []);
  });

  test.serial(`a packet whose end is not on the ring yet waits there (${layout})`, async (t) => {
    await using pair = await openPair({ sharedUmem });
    fill(pair.target, 32);
    send(pair.source, [0, 1, 2], (number) => (number === 0 ? 0 : packetContinues));

    pair.source.kick();

    t.deepEqual(receive(pair.target), [0]);
    t.is(pair.source.rings.tx.count(), 2);
    t.deepEqual(problems(pair), []);
  });
}

test.serial('an exchange gives the target the frame of the source, and the source one of the target', async (t) => {
  await using pair = await openPair({ sharedUmem: true });
  fill(pair.target, 1);
  const [given] = pair.target.rings.fill.peek();
  send(pair.source, [7]);
  const [sent] = pair.source.rings.tx.peek();

  pair.source.kick();

  t.is(pair.target.rings.rx.peek()[0]?.addr, sent?.addr);
  t.is(pair.target.rings.rx.peek()[0]?.len, sent?.len);
  t.is(pair.source.rings.completion.peek()[0], given);
});

test.serial('a copy gives the source its own frame back and the target one of its own, behind the headroom', async (t) => {
  await using pair = await openPair({ sharedUmem: false, umem: { headroom: 128 } });
  fill(pair.target, 1);
  const [given = 0] = pair.target.rings.fill.peek();
  send(pair.source, [7]);
  const [sent] = pair.source.rings.tx.peek();

  pair.source.kick();

  t.is(pair.source.rings.completion.peek()[0], sent?.addr);
  t.is(pair.target.rings.rx.peek()[0]?.addr, given + 128 + 256);
  t.deepEqual(receive(pair.target), [7]);
});

test.serial('a packet longer than the frames of the target is dropped, counted and completed', async (t) => {
  await using pair = await openPair({ sharedUmem: false });
  fill(pair.target, 8);
  const [long = 0] = pair.source.umem.take(1);
  pair.source.rings.tx.produce([{ addr: long, len: 2048 - 256 + 1 }]);

  pair.source.kick();

  t.is(pair.target.rings.rx.count(), 0);
  t.deepEqual(pair.source.rings.completion.peek(), [long]);
  t.like(stats(pair), { drop_oversize: 1, redirected: 0 });
});

test.serial('a fill address outside the UMEM is skipped and the packet gets the next one', async (t) => {
  await using pair = await openPair({ sharedUmem: true });
  pair.target.rings.fill.produce([1n << 40n, 0xffffffffffffffffn]);
  fill(pair.target, 4);
  send(pair.source, [0, 1]);

  pair.source.kick();
  pair.source.kick();

  t.deepEqual(receive(pair.target), [0, 1]);
  t.is(auditProblem(pair.source.umem), undefined);
});

test.serial('a socket can be its own target', async (t) => {
  await using pair = await openPair({ sharedUmem: true, route: false });
  const { source } = pair;
  setRoute(flashId(source), [flashId(source)]);
  fill(source, 32);
  send(source, countFrom(0, 20));

  source.kick();

  t.deepEqual(receive(source), countFrom(0, 20));
  t.is(auditProblem(source.umem), undefined);
});

test.serial('poll shows a target readable when a redirect delivers', async (t) => {
  await using pair = await openPair({ sharedUmem: true });
  fill(pair.target, 8);
  send(pair.source, [1]);
  const waiting = pair.target.pollLater(1, 5000);

  pair.source.kick();

  t.true((await waiting).readable);
});
