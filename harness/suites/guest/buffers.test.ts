import test from 'ava';
import { bindFlag, packetContinues } from '../../ffi/libc.js';
import { readStats } from '../../flash/registry.js';
import { auditWaiting } from './support/frame-audit.js';
import { eventually } from './support/ring-state.js';
import {
  countFrom,
  endsOf,
  flashId,
  openPair,
  umemsOf,
  type PairOptions,
  type RoutedPair,
} from './support/routed-pair.js';
import { fill, packetsOf, receive, reclaim, send } from './support/test-packets.js';
import { testbed } from './support/testbed.js';

const stats = ({ source }: RoutedPair): Readonly<Record<string, number>> => readStats(flashId(source));
const problems = (pair: RoutedPair): Promise<string[]> => auditWaiting(umemsOf(pair));
const manyBuffers = testbed.bindFlags | bindFlag.useSg;

for (const sharedUmem of [true, false]) {
  const layout = sharedUmem ? 'one UMEM' : 'two UMEMs';

  test.serial(`a packet of several buffers for a target without them is dropped whole (${layout})`, async (t) => {
    await using pair = await openPair({ sharedUmem });
    fill(pair.target, 32);
    send(pair.source, [0]);
    send(pair.source, [1, 2, 3], { options: (number) => (number === 3 ? 0 : packetContinues) });
    send(pair.source, [4]);

    pair.source.kick();

    t.deepEqual(receive(pair.target), [0, 4]);
    t.is(pair.source.rings.completion.count(), 5);
    t.like(stats(pair), { drop_oversize: 1, redirected: 2 });
    t.deepEqual(await problems(pair), []);
  });

  test.serial(`a packet whose end is not on the ring yet waits there (${layout})`, async (t) => {
    await using pair = await openPair({ sharedUmem });
    fill(pair.target, 32);
    send(pair.source, [0, 1, 2], { options: (number) => (number === 0 ? 0 : packetContinues) });

    pair.source.kick();

    t.deepEqual(receive(pair.target), [0]);
    t.is(pair.source.rings.tx.count(), 2);
    t.deepEqual(await problems(pair), []);
  });
}

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

/** Frames of 4096 bytes at the source, of 2048 at the target. */
function openUneven(options: Partial<PairOptions> = {}): Promise<RoutedPair> {
  return openPair({
    sharedUmem: false,
    umem: { frameSize: 4096 },
    targetUmem: { frameSize: 2048 },
    source: { bindFlags: manyBuffers },
    target: { bindFlags: manyBuffers },
    ...options,
  });
}

/** What arrived, a buffer a packet. */
function receiveBytes({ target }: RoutedPair): Buffer[] {
  const descriptors = target.rings.rx.consume();
  target.umem.give(descriptors.map(({ addr }) => addr));
  return packetsOf(descriptors).map((packet) =>
    Buffer.concat(packet.map(({ addr, len }) => target.umem.read(addr, len))),
  );
}

/** One packet of buffers as long as these, filled with bytes that differ. */
function sendBytes({ source }: RoutedPair, lengths: readonly number[]): Buffer {
  const buffers = lengths.map((length, index) =>
    Buffer.from(Array.from({ length }, (_, at) => (at * 7 + index * 31) & 0xff)),
  );
  const frames = source.umem.take(buffers.length);
  const descriptors = buffers.map((bytes, index) => {
    const addr = frames[index] as number;
    source.umem.write(addr, bytes);
    return { addr, len: bytes.length, options: index + 1 < buffers.length ? packetContinues : 0 };
  });
  source.rings.tx.produce(descriptors);
  return Buffer.concat(buffers);
}

for (const lengths of [[1793], [3584], [4000], [1792, 1793], [4096, 4096, 808], [64, 3000, 64]]) {
  test.serial(`a packet of ${lengths.join(' + ')} bytes is spread over frames that take 1792`, async (t) => {
    await using pair = await openUneven();
    fill(pair.target, 32);
    const sent = sendBytes(pair, lengths);
    send(pair.source, [5]);

    t.is(pair.source.kick(), 'ok');

    const frames = pair.target.rings.rx.peek().map(({ len }) => len);
    const [received, following] = receiveBytes(pair);
    t.deepEqual(frames, [
      ...Array.from({ length: Math.ceil(sent.length / 1792) }, (_, part) => Math.min(1792, sent.length - part * 1792)),
      64,
    ]);
    t.true(received?.equals(sent));
    t.is(following?.length, 64);
    t.is(reclaim(pair.source), lengths.length + 1);
    t.like(stats(pair), { redirected: lengths.length + 1, copied: lengths.length + 1 });
    t.deepEqual(await problems(pair), []);
  });
}

test.serial('a packet that is spread waits whole for RX, fill ring and completion ring', async (t) => {
  await using pair = await openUneven({
    source: { bindFlags: manyBuffers, completionSize: 2 },
    target: { bindFlags: manyBuffers, rxSize: 4 },
  });
  // Who is carried is looked at as often as the kernel likes.
  const stalls = (): number[] =>
    ['stall_rx_full', 'stall_fill_empty', 'stall_cq_full'].map((name) => Math.min(stats(pair)[name] ?? 0, 1));
  fill(pair.target, 2);
  const sent = [sendBytes(pair, [4000]), sendBytes(pair, [4000]), sendBytes(pair, [1000, 4000])];
  pair.source.kick();
  const withoutFrames = [pair.target.rings.rx.count(), ...stalls()];
  fill(pair.target, 20);

  pair.source.kick();
  const withoutRoom = [pair.target.rings.rx.count(), ...stalls()];
  const received = receiveBytes(pair);
  // Who serves the pool may have the claim just then, and moves it.
  const receive = (count: number) =>
    eventually(
      `${count} packets to arrive`,
      () => {
        received.push(...receiveBytes(pair));
        return received.length === count;
      },
      { ends: endsOf(pair) },
    );
  pair.source.kick();
  await receive(2);
  pair.source.kick();
  await eventually('the source to lack completions', () => (stats(pair)['stall_cq_full'] ?? 0) > 0, {
    ends: endsOf(pair),
  });
  const withoutCompletion = pair.target.rings.rx.count();
  const audited = await problems(pair);
  reclaim(pair.source);
  pair.source.kick();
  await receive(3);

  t.deepEqual(withoutFrames, [0, 0, 1, 0]);
  t.deepEqual(withoutRoom, [3, 1, 1, 0]);
  t.is(withoutCompletion, 0);
  t.deepEqual(audited, []);
  t.deepEqual(
    received.map((bytes) => bytes.length),
    [4000, 4000, 5000],
  );
  t.true(received.every((bytes, index) => bytes.equals(sent[index] as Buffer)));
  t.deepEqual(await problems(pair), []);
});

test.serial('a packet that would need more frames than a packet can have is dropped', async (t) => {
  await using pair = await openUneven({ targetUmem: { frameSize: 2048, headroom: 1000 } });
  fill(pair.target, 64);
  sendBytes(
    pair,
    countFrom(0, 4).map(() => 4000),
  );
  sendBytes(
    pair,
    countFrom(0, 3).map(() => 4000),
  );

  pair.source.kick();

  t.deepEqual(
    receiveBytes(pair).map((bytes) => bytes.length),
    [12_000],
  );
  t.is(reclaim(pair.source), 7);
  t.like(stats(pair), { drop_oversize: 1, redirected: 3 });
  t.deepEqual(await problems(pair), []);
});

test.serial(
  'a packet of more buffers than a packet can have is dropped in parts, and the next one arrives',
  async (t) => {
    await using pair = await openPair({
      sharedUmem: true,
      source: { bindFlags: manyBuffers },
      target: { bindFlags: manyBuffers },
    });
    fill(pair.target, 60);
    const longest = { fragments: 18, fragmentBytes: 64 };
    const tooLong = { fragments: 25, fragmentBytes: 64 };
    send(pair.source, [1], { shape: longest });
    send(pair.source, [2], { shape: tooLong });
    send(pair.source, [3]);

    pair.source.kick();

    const packets = packetsOf(pair.target.rings.rx.consume());
    t.deepEqual(
      packets.map(({ length }) => length),
      [18, 1],
    );
    pair.target.umem.give(packets.flat().map(({ addr }) => addr));
    t.is(reclaim(pair.source), 44);
    t.like(stats(pair), { drop_invalid: 1, redirected: 19 });
    t.deepEqual(await problems(pair), []);
  },
);

test.serial('9000 bytes in five frames arrive whole, many times over', async (t) => {
  const sizes = { bindFlags: manyBuffers, rxSize: 128, txSize: 128, fillSize: 128, completionSize: 128 };
  await using pair = await openPair({ sharedUmem: true, source: sizes, target: sizes, umem: { frameCount: 512 } });
  const jumbo = { fragments: 5, fragmentBytes: 1800 };
  const received: number[] = [];

  for (let round = 0; round < 10; round++) {
    fill(pair.target, 100 - pair.target.rings.fill.count());
    send(pair.source, countFrom(round * 20, 20), { shape: jumbo });
    t.is(pair.source.kick(), 'ok');
    received.push(...receive(pair.target, jumbo));
    reclaim(pair.source);
  }

  t.deepEqual(received, countFrom(0, 200));
  t.deepEqual(await problems(pair), []);
});
