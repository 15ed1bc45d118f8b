import test from 'ava';
import { entryBytes, type Descriptor, type RingMemory } from '../../ffi/ring.js';
import { auditProblem } from './support/frame-audit.js';
import { setRoute } from '../../flash/registry.js';
import { turns } from '../slow.js';
import { eventually } from './support/ring-state.js';
import { countFrom, openPair, umemLayouts, type RoutedPair } from './support/routed-pair.js';
import { fill, numberAt, receive, reclaim, send, writePacket } from './support/test-packets.js';
import { startPumpOn } from './support/testbed.js';

/** A small generator with a seed, so that a failure can be had again. */
function random(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state;
  };
}

const allRings = ({ source, target }: RoutedPair): RingMemory[] =>
  [source, target].flatMap(({ rings }) =>
    [rings.fill, rings.completion, rings.rx, rings.tx].map(({ memory }) => memory),
  );

/** The word after an index is the kernel's published copy of its head. */
function wordsOf({ producer, consumer }: RingMemory): Uint32Array[] {
  return [producer, consumer].map((index) => new Uint32Array(index.buffer, index.byteOffset, 2));
}

test.serial('nothing that is written to the heads in the shared pages matters', async (t) => {
  await using pair = await openPair({ sharedUmem: true });
  const next = random(1);
  const received: number[] = [];

  for (let round = 0; round < 100; round++) {
    for (const words of allRings(pair).flatMap(wordsOf)) words[1] = next();
    fill(pair.target, 16 - pair.target.rings.fill.count());
    send(pair.source, countFrom(round * 8, 8));
    pair.source.kick();
    received.push(...receive(pair.target));
    reclaim(pair.source);
  }

  t.deepEqual(received, countFrom(0, 800));
  t.is(auditProblem(pair.source.umem), undefined);
});

test.serial('a TX ring whose producer index was a lie goes on once it is none', async (t) => {
  await using pair = await openPair({ sharedUmem: true });
  const { source, target } = pair;
  const { tx } = source.rings;
  fill(target, 8);
  const truth = tx.memory.producer[0] ?? 0;
  tx.memory.producer[0] = truth + tx.size + 1;
  source.kick();
  tx.memory.producer[0] = truth;
  send(source, countFrom(0, 4));

  source.kick();

  t.deepEqual(receive(target), countFrom(0, 4));
});

test.serial(
  'a fill ring full of what is no frame holds up nobody who sends there, and hides no frame for good',
  async (t) => {
    const fillSize = 1 << 14;
    const mayBeRead = 1024;
    await using pair = await openPair({ sharedUmem: false, target: { fillSize } });
    const { source, target } = pair;
    const lies = new Array<bigint>(fillSize).fill(1n << 60n);
    target.rings.fill.produce(lies);
    send(source, countFrom(0, 8));

    source.kick();
    const read = fillSize - target.rings.fill.count();
    fill(target, 8);

    t.true(read > 0 && read <= mayBeRead, `${read} of ${fillSize} entries were read at once`);
    await eventually('what the frames are for to arrive', () => target.rings.rx.count() === 8, {
      ends: [target, source],
    });
    t.deepEqual(receive(target), countFrom(0, 8));
    t.is(auditProblem(target.umem), undefined);
  },
);

test.serial('the kernel goes on from its own index when user space moves the published one', async (t) => {
  await using pair = await openPair({ sharedUmem: true });
  fill(pair.target, 32);
  send(pair.source, countFrom(0, 4));
  pair.source.kick();
  const rxProducer = pair.target.rings.rx.memory.producer[0];
  const fillConsumer = pair.target.rings.fill.memory.consumer[0];
  pair.target.rings.rx.memory.producer[0] = 1234;
  pair.target.rings.fill.memory.consumer[0] = 4321;
  pair.source.rings.completion.memory.producer[0] = 99;
  send(pair.source, countFrom(4, 4));

  pair.source.kick();

  t.is(pair.target.rings.rx.memory.producer[0], (rxProducer ?? 0) + 4);
  t.is(pair.target.rings.fill.memory.consumer[0], (fillConsumer ?? 0) + 4);
  t.is(pair.source.rings.completion.memory.producer[0], 8);
  t.deepEqual(receive(pair.target), countFrom(0, 8));
});

for (const seed of [1, 2, 3, 4]) {
  test.serial(`random indices and entries everywhere leave another pair alone (seed ${seed})`, async (t) => {
    await using victim = await openPair({ sharedUmem: true });
    await using hostile = await openPair({ sharedUmem: seed % 2 === 0, source: { queue: 2 }, target: { queue: 3 } });
    const next = random(seed);
    const received: number[] = [];

    for (let round = 0; round < 200; round++) {
      for (const memory of allRings(hostile)) {
        if (next() % 3 === 0) memory.producer[0] = next();
        if (next() % 3 === 0) memory.consumer[0] = next();
        memory.entries.setUint32((next() % (memory.entries.byteLength / 4)) * 4, next());
        memory.entries.setUint32((next() % (memory.entries.byteLength / 4)) * 4, next() % 4096);
      }
      hostile.source.kick();
      hostile.target.receive();
      fill(victim.target, 16 - victim.target.rings.fill.count());
      send(victim.source, countFrom(round * 4, 4));
      victim.source.kick();
      received.push(...receive(victim.target));
      reclaim(victim.source);
    }

    await hostile[Symbol.asyncDispose]();

    t.deepEqual(received, countFrom(0, 800));
    t.is(auditProblem(victim.source.umem), undefined);
  });
}

/** What lies behind the entries of a ring, in the page that is shared. */
function behind({ entries }: RingMemory): Uint8Array {
  return new Uint8Array(entries.buffer, entries.byteOffset + entries.byteLength);
}

const trapNumber = 7777;
const untouched = 0xa5;

for (const size of [1, 2, 4, 8, 32]) {
  for (const { layout, sharedUmem } of umemLayouts) {
    for (const whose of ['source', 'target'] as const) {
      test.serial(
        `nothing is read or written behind a ring, whatever the opposite index says (${size} entries at the ${whose}, ${layout})`,
        async (t) => {
          const small = { rxSize: size, txSize: size, fillSize: size, completionSize: size };
          await using pair = await openPair({ sharedUmem, [whose]: small });
          const { source, target } = pair;
          const { tx, completion } = source.rings;
          const { rx, fill: fillRing } = target.rings;
          const writable = [completion, rx].map(({ memory }) => behind(memory));
          for (const bytes of writable) bytes.fill(untouched);
          setTraps(behind(tx.memory), writePacket(source.umem, trapNumber));
          const packet = writePacket(source.umem, 1);
          const [frame = 0] = target.umem.take(1);
          const numbers: number[] = [];

          for (let round = 0; round < 40; round++) {
            while (fillRing.produce([frame]) > 0);
            while (tx.produce(packet) > 0);
            // Every other round is as it should be, or the kernel might never look.
            const beyond = round % 2 === 0 ? 0 : 64 + round;
            tx.memory.producer[0] = (tx.memory.consumer[0] ?? 0) + tx.size + beyond;
            completion.memory.consumer[0] = (completion.memory.producer[0] ?? 0) + beyond;
            source.kick();
            target.receive();
            numbers.push(...rx.consume().map(({ addr }) => numberAt(target.umem, addr)));
          }

          t.deepEqual(
            writable.map((bytes) => bytes.every((byte) => byte === untouched)),
            [true, true],
          );
          t.true(numbers.length > 0);
          t.false(numbers.includes(trapNumber));
        },
      );
    }
  }
}

/** Fills memory with descriptors that are as good as any. */
function setTraps(bytes: Uint8Array, [descriptor]: readonly Descriptor[]): void {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  for (let at = 0; at + entryBytes.descriptor <= bytes.length; at += entryBytes.descriptor) {
    view.setBigUint64(at, BigInt(descriptor?.addr ?? 0), true);
    view.setUint32(at + 8, descriptor?.len ?? 0, true);
    view.setUint32(at + 12, 0, true);
  }
}

for (const { layout, sharedUmem } of umemLayouts) {
  test.serial(`a program that scribbles on its rings while it sends harms nobody else (${layout})`, async (t) => {
    await using victim = await openPair({ sharedUmem: true });
    await using pump = await startPumpOn(victim.device, {
      mode: 'hostile',
      queue: 3,
      rounds: turns(20_000),
      separate: !sharedUmem,
    });
    const [from = -1, to = -1] = pump.ids();
    setRoute(from, [to]);
    const ended = pump.end.then(({ exitCode }) => exitCode);
    let running = true;
    void ended.then(() => (running = false));
    const received: number[] = [];

    pump.go();
    for (let round = 0; running || round < 50; round++) {
      fill(victim.target, 16 - victim.target.rings.fill.count());
      send(victim.source, countFrom(round * 4, 4));
      victim.source.kick();
      received.push(...receive(victim.target));
      reclaim(victim.source);
      if (round % 8 === 0) await new Promise(setImmediate);
    }

    t.is(await ended, 0);
    t.deepEqual(received, countFrom(0, received.length));
    t.is(auditProblem(victim.source.umem), undefined);
  });
}
