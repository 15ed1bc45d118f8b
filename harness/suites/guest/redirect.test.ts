import test from 'ava';
import { pollEvent } from '../../ffi/libc.js';
import { sleepInPoll } from '../../ffi/sleeper.js';
import { readStats, setRoute } from '../../flash/registry.js';
import { auditProblem, auditWaiting } from './support/frame-audit.js';
import { faultsIn, type Fault } from './support/invalid-descriptors.js';
import { eventually } from './support/ring-state.js';
import { countFrom, flashId, openPair, umemsOf, type RoutedPair } from './support/routed-pair.js';
import { fill, receive, reclaim, send, writePacket } from './support/test-packets.js';
import { openVariant, variants } from './support/variants.js';

/** Descriptors the kernel looks at in one go. */
const batch = 64;
const stats = ({ source }: RoutedPair): Readonly<Record<string, number>> => readStats(flashId(source));
const problems = (pair: RoutedPair): Promise<string[]> => auditWaiting(umemsOf(pair));

/** What the target has for packets: its fill ring, and what is left over from one that did not fit. */
const spareFrames = ({ target }: RoutedPair): number =>
  target.rings.fill.count() + (readStats(flashId(target))['stashed'] ?? 0);

for (const variant of variants) {
  const { name, sharedUmem, shape } = variant;
  const { fragments } = shape;

  test.serial(`packets arrive in order and every frame is accounted for (${name})`, async (t) => {
    await using pair = await openVariant(variant);
    const received: number[] = [];

    for (let round = 0; round < 20; round++) {
      fill(pair.target, 60 - pair.target.rings.fill.count());
      pair.send(countFrom(round * 12, 12));
      t.is(pair.source.kick(), 'ok');
      received.push(...pair.receive());
      reclaim(pair.source);
    }

    t.deepEqual(received, countFrom(0, 240));
    t.deepEqual(await problems(pair), []);
    t.like(stats(pair), {
      redirected: 240 * fragments,
      copied: sharedUmem ? 0 : 240 * fragments,
      drop_invalid: 0,
      drop_oversize: 0,
    });
  });

  test.serial(`nothing of a routed socket reaches the wire (${name})`, async (t) => {
    await using pair = await openVariant(variant);
    const before = await pair.device.packetsOnWire();
    fill(pair.target, 8 * fragments);
    pair.send(countFrom(0, 16));

    pair.source.kick();
    pair.source.kick();

    t.is(pair.source.rings.tx.count(), 8 * fragments);
    t.is(await pair.device.packetsOnWire(), before);
  });

  test.serial(`a full RX ring stalls the source and drops nothing (${name})`, async (t) => {
    await using pair = await openVariant(variant, { target: { rxSize: 16 } });
    fill(pair.target, 64);
    pair.send(countFrom(0, 20));

    const outcome = pair.source.kick();
    const delivered = pair.target.rings.rx.count();
    const left = pair.source.rings.tx.count();
    const stalls = stats(pair)['stall_rx_full'];
    const received = await pair.drain();

    t.is(outcome, 'ok');
    t.is(delivered, 16 - (16 % fragments));
    t.is(left, 20 * fragments - delivered);
    t.true((stalls ?? 0) > 0);
    t.deepEqual(received, countFrom(0, 20));
    t.deepEqual(await problems(pair), []);
  });

  test.serial(`an empty fill ring stalls the source and drops nothing (${name})`, async (t) => {
    await using pair = await openVariant(variant);
    fill(pair.target, 10);
    pair.send(countFrom(0, 20));

    const outcome = pair.source.kick();
    const delivered = pair.target.rings.rx.count();
    const stalls = stats(pair)['stall_fill_empty'];
    const audited = await problems(pair);
    const received = pair.receive();
    fill(pair.target, 64);
    received.push(...(await pair.drain()));

    t.is(outcome, 'ok');
    t.is(delivered, 10 - (10 % fragments));
    t.true((stalls ?? 0) > 0);
    t.deepEqual(audited, []);
    t.deepEqual(received, countFrom(0, 20));
    t.deepEqual(await problems(pair), []);
  });

  test.serial(
    `a full completion ring stalls the source, and no frame of the target is lost over it (${name})`,
    async (t) => {
      await using pair = await openVariant(variant, { source: { completionSize: 16 } });
      fill(pair.target, 60);
      pair.send(countFrom(0, 20));

      const outcome = pair.source.kick();
      const received = pair.receive();
      const stalled = stats(pair)['stall_cq_full'];
      const spare = spareFrames(pair);
      const audited = await problems(pair);
      received.push(...(await pair.drain()));

      t.is(outcome, 'ok');
      t.true((stalled ?? 0) > 0);
      t.is(spare, 60 - (16 - (16 % fragments)));
      t.deepEqual(audited, []);
      t.deepEqual(received, countFrom(0, 20));
      t.deepEqual(await problems(pair), []);
    },
  );

  if (fragments > 1) {
    test.serial(
      `frames that are too few for a packet wait in the stash, which is used before the fill ring (${name})`,
      async (t) => {
        await using pair = await openVariant(variant);
        const shape = { fragments: 11, fragmentBytes: 64 };
        const stashed = (): number => readStats(flashId(pair.target))['stashed'] ?? 0;
        fill(pair.target, 10);
        send(pair.source, [1], { shape });
        pair.source.kick();
        await eventually('all frames to be in the stash', () => stashed() === 10, { ends: [pair.source, pair.target] });
        const audited = await problems(pair);
        fill(pair.target, 3);

        pair.source.kick();
        await eventually('the packet to arrive', () => pair.source.rings.tx.count() === 0, {
          ends: [pair.source, pair.target],
        });

        t.deepEqual(audited, []);
        t.is(stashed(), 0);
        t.is(pair.target.rings.fill.count(), 2);
        t.deepEqual(receive(pair.target, shape), [1]);
        t.deepEqual(await problems(pair), []);
      },
    );
  }

  test.serial(
    `TX is released by exactly what was delivered, whatever stops a batch and wherever (${name})`,
    async (t) => {
      const ring = 256;
      const sizes = { rxSize: ring, txSize: ring, fillSize: ring, completionSize: ring };
      await using pair = await openVariant(variant, { umem: { frameCount: 4 * ring }, source: sizes, target: sizes });
      const packets = Math.floor(ring / fragments);

      for (const room of [0, 1, batch - 1, batch, batch + 1, packets * fragments]) {
        fill(pair.target, room - spareFrames(pair));
        pair.send(countFrom(0, packets));
        // One call looks at four batches; whole packets may leave a few of the last one for the next.
        pair.source.kick();
        pair.source.kick();

        const delivered = room - (room % fragments);
        // The timer may have had the claim just then.
        const left = packets * fragments - delivered;
        await eventually('all that fits to leave TX', () => pair.source.rings.tx.count() <= left, {
          ends: [pair.source, pair.target],
        });
        t.is(pair.target.rings.rx.count(), delivered, `room for ${room}`);
        t.is(pair.source.rings.completion.count(), delivered, `room for ${room}`);
        t.is(pair.source.rings.tx.count(), left, `room for ${room}`);
        t.deepEqual(await problems(pair), [], `room for ${room}`);

        fill(pair.target, left - spareFrames(pair));
        t.deepEqual(await pair.drain(), countFrom(0, packets), `room for ${room}`);
        reclaim(pair.source);
      }
    },
  );

  test.serial(
    `an invalid descriptor is completed, counted and not delivered, in every position of a batch (${name})`,
    async (t) => {
      await using pair = await openVariant(variant, {
        source: { txSize: 256, completionSize: 256 },
        target: { fillSize: 256, rxSize: 256 },
        umem: { frameCount: 1024 },
      });
      const packets = Math.floor(batch / fragments);
      const faults = faultsIn(variant);

      for (let position = 0; position < packets * fragments; position++) {
        // Each in its turn, and each in time at every place of the four that are looked at together.
        const { title, spoil } = faults[(position + Math.floor(position / faults.length)) % faults.length] as Fault;
        const what = `${title}, position ${position}`;
        const valid = countFrom(0, packets).flatMap((number) => writePacket(pair.source.umem, number, { shape }));
        const sent = valid.map((descriptor, at) =>
          at === position ? spoil(descriptor, pair.source.umem) : descriptor,
        );
        fill(pair.target, batch - pair.target.rings.fill.count());
        pair.source.rings.tx.produce(sent);

        pair.source.kick();

        const hit = Math.floor(position / fragments);
        t.deepEqual(
          pair.receive(),
          countFrom(0, packets).filter((number) => number !== hit),
          what,
        );
        const completed = pair.source.rings.completion.consume();
        t.is(completed.length, packets * fragments, what);
        // What comes back in its place may be no frame's address.
        t.is(completed[position], Number(sent[position]?.addr), what);
        completed[position] = Number(valid[position]?.addr);
        pair.source.umem.give(completed);
      }

      t.like(stats(pair), { drop_invalid: packets * fragments });
      t.is(pair.source.statistics().tx_invalid_descs, packets * fragments);
      t.deepEqual(await problems(pair), []);
    },
  );

  test.serial(`the longest packet the target has frames for arrives whole (${name})`, async (t) => {
    await using pair = await openVariant(variant);
    const longest = { fragments, fragmentBytes: variant.frameSize - 256 };
    fill(pair.target, fragments);
    send(pair.source, [77], { shape: longest });

    t.is(pair.source.kick(), 'ok');

    t.deepEqual(receive(pair.target, longest), [77]);
    t.deepEqual(await problems(pair), []);
  });
}

test.serial('an exchange gives the target the frame of the source, and the source one of the target', async (t) => {
  await using pair = await openPair({ sharedUmem: true });
  fill(pair.target, 1);
  const [given] = pair.target.rings.fill.peek();
  const [sent] = send(pair.source, [7]);

  pair.source.kick();

  t.is(pair.target.rings.rx.peek()[0]?.addr, sent?.addr);
  t.is(pair.target.rings.rx.peek()[0]?.len, sent?.len);
  t.is(pair.source.rings.completion.peek()[0], given);
});

test.serial(
  'a copy gives the source its own frame back and the target one of its own, behind the headroom',
  async (t) => {
    await using pair = await openPair({ sharedUmem: false, umem: { headroom: 128 } });
    fill(pair.target, 1);
    const [given = 0] = pair.target.rings.fill.peek();
    const [sent] = send(pair.source, [7]);

    pair.source.kick();

    t.is(pair.source.rings.completion.peek()[0], sent?.addr);
    t.is(pair.target.rings.rx.peek()[0]?.addr, given + 128 + 256);
    t.deepEqual(receive(pair.target), [7]);
  },
);

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

test.serial('a target that sleeps in poll is woken when a redirect delivers', async (t) => {
  await using pair = await openPair({ sharedUmem: true });
  fill(pair.target, 8);
  await using target = await sleepInPoll(pair.target, pollEvent.in);
  const before = target.woken();

  // Not before: a driver may poll without being asked to.
  send(pair.source, [1]);
  pair.source.kick();

  await eventually('the target to wake', () => target.woken() !== undefined, { ends: [pair.source, pair.target] });
  t.is(before, undefined);
  t.is(target.woken(), pollEvent.in);
});

test.serial('frames are taken for as many packets as the completion ring has room for', async (t) => {
  await using pair = await openPair({ sharedUmem: false, source: { completionSize: 2 } });
  const { source, target } = pair;
  fill(target, 8);
  send(source, countFrom(0, 8));

  source.kick();

  t.is(target.rings.rx.count(), 2);
  t.is(target.rings.fill.count(), 6);
  t.is(readStats(flashId(target)).stashed, 0);
});
