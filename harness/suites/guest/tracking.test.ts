import test from 'ava';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { packetContinues } from '../../ffi/libc.js';
import type { Descriptor } from '../../ffi/ring.js';
import type { XdpSocket } from '../../ffi/socket-types.js';
import { flashDir, readStats, setRoute } from '../../flash/registry.js';
import { auditProblem } from './support/frame-audit.js';
import { countFrom, flashId, openPair, umemLayouts, umemsOf } from './support/routed-pair.js';
import { openRow, recycle } from './support/socket-row.js';
import { fill, receive, reclaim, send } from './support/test-packets.js';

const path = join(flashDir, 'tx_tracking');
const read = (): string => readFileSync(path, 'utf8');
const firstBytes = ({ umem }: XdpSocket, addresses: readonly number[]): number[] =>
  addresses.map((address) => umem.read(address, 1)[0] ?? -1);
const indexOf = (number: number): number => number % 3;

test.serial.afterEach.always(() => writeFileSync(path, '0'));

test.serial('tx_tracking is off at first, and takes 0 and 1 alone', (t) => {
  const first = read();
  const refused = ['2', '-1', 'on', '', '1 1', '256'].map((text) => {
    try {
      writeFileSync(path, `${text}\n`);
      return `"${text}" was taken`;
    } catch (error) {
      return (error as NodeJS.ErrnoException).code;
    }
  });
  writeFileSync(path, '1\n');
  const on = read();
  writeFileSync(path, '0');

  t.is(first, '0\n');
  t.deepEqual([...new Set(refused)], ['EINVAL']);
  t.is(on, '1\n');
  t.is(read(), '0\n');
});

for (const { layout, sharedUmem } of umemLayouts) {
  test.serial(`with tracking every completed frame starts with the index of its target (${layout})`, async (t) => {
    await using row = await openRow({ count: 4, sharedUmem });
    const [source, ...targets] = row.sockets as [XdpSocket, ...XdpSocket[]];
    setRoute(flashId(source), targets.map(flashId));
    for (const target of targets) recycle(target, 32);
    writeFileSync(path, '1');
    send(source, countFrom(0, 30), { options: (number) => indexOf(number) << 16 });

    source.kick();

    t.deepEqual(firstBytes(source, source.rings.completion.peek()), countFrom(0, 30).map(indexOf));
    for (const [index, target] of targets.entries())
      t.deepEqual(
        receive(target),
        countFrom(0, 30).filter((number) => indexOf(number) === index),
      );
  });

  test.serial(`without tracking no completed frame is written to (${layout})`, async (t) => {
    await using row = await openRow({ count: 2, sharedUmem });
    const [source, target] = row.sockets as [XdpSocket, XdpSocket];
    setRoute(flashId(source), [flashId(target)]);
    for (const umem of new Set([source.umem, target.umem]))
      for (const frame of umem.frames) umem.write(frame, Uint8Array.of(0xaa));
    recycle(target, 32);
    send(source, countFrom(0, 8));

    source.kick();

    // After an exchange these were never sent; after a copy they start as the packets did.
    const expected = sharedUmem ? 0xaa : 0xff;
    t.deepEqual(
      firstBytes(source, source.rings.completion.peek()),
      countFrom(0, 8).map(() => expected),
    );
  });

  test.serial(`tracking leaves alone what was not delivered (${layout})`, async (t) => {
    await using pair = await openPair({ sharedUmem, source: { completionSize: 4 } });
    const { source, target } = pair;
    fill(target, 32);
    writeFileSync(path, '1');
    send(source, countFrom(0, 10));
    const waiting = source.rings.tx
      .peek()
      .slice(4)
      .map(({ addr }) => addr);

    source.kick();
    const stalled = firstBytes(source, waiting);
    const received = receive(target);
    while (source.rings.tx.count() > 0) {
      reclaim(source);
      source.kick();
      received.push(...receive(target));
    }

    t.deepEqual(
      stalled,
      waiting.map(() => 0xff),
    );
    t.deepEqual(received, countFrom(0, 10));
    for (const umem of umemsOf(pair)) t.is(auditProblem(umem), undefined);
  });
}

for (const { layout, sharedUmem } of umemLayouts) {
  test.serial(
    `an index past the end of the route is dropped and completed, in every position of a batch (${layout})`,
    async (t) => {
      await using row = await openRow({ count: 3, sharedUmem });
      const [source, first, second] = row.sockets as [XdpSocket, XdpSocket, XdpSocket];
      setRoute(flashId(source), [flashId(first), flashId(second)]);

      for (let bad = 0; bad < 32; bad++) {
        for (const target of [first, second]) recycle(target, 32);
        send(source, countFrom(0, 32), {
          options: (number) => (number === bad ? 2 + number * 2047 : number % 2) << 16,
        });
        source.kick();

        const received = [...receive(first), ...receive(second)].sort((a, b) => a - b);
        t.deepEqual(
          received,
          countFrom(0, 32).filter((number) => number !== bad),
          `position ${bad}`,
        );
        t.is(source.rings.completion.count(), 32, `position ${bad}`);
        recycle(source, 0);
      }

      t.like(readStats(flashId(source)), { drop_bad_index: 32, redirected: 31 * 32 });
      t.is(source.statistics().tx_invalid_descs, 32);
      t.deepEqual(row.problems(), []);
    },
  );
}

test.serial('with one target every index goes there', async (t) => {
  await using row = await openRow({ count: 2, sharedUmem: true });
  const [source, target] = row.sockets as [XdpSocket, XdpSocket];
  setRoute(flashId(source), [flashId(target)]);
  recycle(target, 32);
  send(source, countFrom(0, 8), { options: (number) => (number * 8191) << 16 });

  source.kick();

  t.deepEqual(receive(target), countFrom(0, 8));
});

test.serial('the target sees neither the index nor other bits of options', async (t) => {
  await using row = await openRow({ count: 3, sharedUmem: true });
  const [source, first, second] = row.sockets as [XdpSocket, XdpSocket, XdpSocket];
  setRoute(flashId(source), [flashId(first), flashId(second)]);
  recycle(second, 8);
  send(source, [1], { options: () => 1 << 16 });

  source.kick();

  t.is(second.rings.rx.peek()[0]?.options, 0);
});

test.serial('a target that is named twice takes both indices, in order', async (t) => {
  await using row = await openRow({ count: 2, sharedUmem: true });
  const [source, target] = row.sockets as [XdpSocket, XdpSocket];
  setRoute(flashId(source), [flashId(target), flashId(target)]);
  recycle(target, 32);
  writeFileSync(path, '1');
  send(source, countFrom(0, 20), { options: (number) => (number % 2) << 16 });

  source.kick();

  t.deepEqual(
    firstBytes(source, source.rings.completion.peek()),
    countFrom(0, 20).map((number) => number % 2),
  );
  t.deepEqual(receive(target), countFrom(0, 20));
});

test.serial('a socket on no route rejects an index as ever', async (t) => {
  await using row = await openRow({ count: 1, sharedUmem: true });
  const [socket] = row.sockets as [XdpSocket];
  send(socket, [1], { options: () => 1 << 16 });
  const { tx_invalid_descs: before } = socket.statistics();

  socket.kick();

  t.is(socket.statistics().tx_invalid_descs, before + 1);
});

for (const { layout, sharedUmem } of umemLayouts) {
  test.serial(`tracking shows 255 for what was dropped, among what was not (${layout})`, async (t) => {
    await using row = await openRow({ count: 4, sharedUmem });
    const [source, first, second, gone] = row.sockets as [XdpSocket, XdpSocket, XdpSocket, XdpSocket];
    setRoute(flashId(source), [first, second, gone].map(flashId));
    gone.close();
    for (const target of [first, second]) recycle(target, 32);
    const { frameSize } = source.umem;
    const packets: readonly (Omit<Descriptor, 'addr'> & { readonly byte: number })[] = [
      { len: 64, options: 0, byte: 0 },
      { len: 64, options: 7 << 16, byte: 255 },
      { len: 64, options: 1 << 16, byte: 1 },
      { len: 64, options: 2 << 16, byte: 255 },
      { len: 64, options: (1 << 16) | packetContinues, byte: 255 },
      { len: 64, options: 1 << 16, byte: 255 },
      { len: 0, options: 0, byte: 255 },
      { len: frameSize + 1, options: 0, byte: 255 },
      { len: 64, options: 0x8000, byte: 255 },
      { len: 64, options: 1 << 16, byte: 1 },
    ];
    const addresses = source.umem.take(packets.length);
    // What an exchange gives is marked on the target's side.
    for (const umem of new Set(row.sockets.map((socket) => socket.umem)))
      for (const frame of umem.frames) umem.write(frame, Uint8Array.of(0xaa));
    writeFileSync(path, '1');
    source.rings.tx.produce(
      packets.map(({ len, options }, index) => ({ addr: addresses[index] ?? 0, len, options: options ?? 0 })),
    );

    source.kick();

    const completed = source.rings.completion.peek();
    t.deepEqual(
      firstBytes(source, completed),
      packets.map(({ byte }) => byte),
    );
    t.deepEqual(
      completed.filter((_, index) => packets[index]?.byte === 255),
      addresses.filter((_, index) => packets[index]?.byte === 255),
    );
    t.like(readStats(flashId(source)), {
      redirected: 3,
      drop_bad_index: 1,
      drop_no_target: 1,
      drop_oversize: 1,
      drop_invalid: 3,
    });
  });

  test.serial(`tracking writes nowhere for an address that is in no frame (${layout})`, async (t) => {
    await using row = await openRow({ count: 2, sharedUmem });
    const [source, target] = row.sockets as [XdpSocket, XdpSocket];
    setRoute(flashId(source), [flashId(target)]);
    const { umem } = source;
    for (const frame of umem.frames) umem.write(frame, Uint8Array.of(0xaa));
    writeFileSync(path, '1');
    const outside = [umem.lengthBytes, umem.lengthBytes + 4096, 2 ** 40, 0xffff_ffff_ffff_ffffn];
    source.rings.tx.produce(outside.map((addr) => ({ addr, len: 64 })));

    source.kick();

    t.is(source.rings.completion.count(), outside.length);
    t.deepEqual(new Set(firstBytes(source, umem.frames)), new Set([0xaa]));
  });
}

test.serial('tracking shows 255 for a packet longer than the frames of its target', async (t) => {
  await using pair = await openPair({ sharedUmem: false });
  const { source, target } = pair;
  fill(target, 8);
  writeFileSync(path, '1');
  const [long = 0] = source.umem.take(1);
  source.umem.write(long, Uint8Array.of(0xaa));
  source.rings.tx.produce([{ addr: long, len: 2048 - 256 + 1 }]);

  source.kick();

  t.deepEqual(firstBytes(source, source.rings.completion.peek()), [255]);
});
