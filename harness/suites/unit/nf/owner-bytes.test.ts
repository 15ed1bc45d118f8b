import test from 'ava';
import { randomLcg } from 'd3-random';
import type { RingMemory } from '../../../ffi/ring.js';
import { allot, claim, disown, framesOn, nobody } from '../../../../nf/monitor/owner-bytes.js';
import { shareMemory } from './support/shared-functions.js';

const none: readonly never[] = [];

/** RX of a function of which a test says everything. */
function ring(producer: number, consumer: number, addresses: readonly bigint[]): RingMemory {
  const entries = new DataView(new ArrayBuffer(16 * addresses.length));
  for (const [index, address] of addresses.entries()) entries.setBigUint64(16 * index, address, true);
  const index = (value: number): Uint32Array => new Uint32Array([value]);
  return { producer: index(producer), consumer: index(consumer), flags: index(0), entries, size: addresses.length };
}

test('a function that is new gets its share of what is nobody’s, and the next one of the rest', (t) => {
  const bytes = new Uint8Array(10);

  t.is(allot(bytes, 1, 4, none), 4);
  t.is(allot(bytes, 2, 4, none), 4);
  t.is(allot(bytes, 3, 4, none), 2);

  t.deepEqual([...bytes], [1, 1, 1, 1, 2, 2, 2, 2, 3, 3]);
});

test('a function that comes again has what it had, no more than its share, and what is nobody’s if it had less', (t) => {
  const bytes = new Uint8Array([1, 1, 1, 2, nobody, 1]);

  t.is(allot(bytes, 1, 3, none), 3);
  t.is(allot(bytes, 2, 2, none), 2);

  t.deepEqual([...bytes], [1, 1, 1, 2, 2, nobody]);
});

test('frames on rings of the living are theirs, unless they have passed them on by now', (t) => {
  const bytes = new Uint8Array([1, 1, 3, 1]);

  t.is(allot(bytes, 1, 4, [{ number: 2, unconsumed: () => [1, 2] }]), 2);

  t.deepEqual([...bytes], [1, 2, 3, 1]);
});

test('frames of a function that is taken out are nobody’s, but those on rings of the living', (t) => {
  const bytes = new Uint8Array([1, 1, 2]);

  disown(bytes, 1, [{ number: 2, unconsumed: () => [1] }]);

  t.deepEqual([...bytes], [nobody, 2, 2]);
});

test('frames on rings of a function that has died are its own', (t) => {
  const bytes = new Uint8Array([1, 2, 2, 2]);

  claim(bytes, 1, [3, 0]);

  t.deepEqual([...bytes], [1, 2, 2, 1]);
});

const at = (frame: number): bigint => BigInt(2048 * frame + 256);
const entries = [at(0), at(1), at(2), at(3)];

test('of a ring the entries between consumer and producer are told, also where the indices wrap around', (t) => {
  t.deepEqual(framesOn(ring(2, 0xffffffff, entries), 16, 2048, 4), [3, 0, 1]);
  t.deepEqual(framesOn(ring(5, 5, entries), 16, 2048, 4), []);
});

test('indices and entries that make no sense lead nowhere else', (t) => {
  t.is(framesOn(ring(0, 1, entries), 16, 2048, 4).length, 4);
  t.is(framesOn(ring(0x80000000, 0, entries), 16, 2048, 4).length, 4);
  const wild = [at(4), 2n ** 32n, 2n ** 64n - 1n, at(1)];
  t.deepEqual(framesOn(ring(4, 0, wild), 16, 2048, 4), [1]);
});

const [members, share, spare] = [4, 8, 3];
const rounds = 200;

function play(seed: number, monitor: boolean, check: (functions: ReturnType<typeof shareMemory>) => void): void {
  const next = randomLcg(seed);
  const random = (below: number): number => Math.floor(next() * below);
  const functions = shareMemory(members, share, spare, random);
  for (let round = 0; round < 12; round++) {
    for (let count = random(60); count > 0; count--) functions.step();
    if (random(2) === 0) functions.die();
    for (let count = random(20); count > 0; count--) functions.step();
    if (random(2) === 0) functions.notice(monitor);
    for (let count = random(20); count > 0; count--) functions.step();
    if (random(2) === 0) functions.rejoin();
    check(functions);
  }
}

test('functions that die at any step and come again have all frames, and no two of them have one', (t) => {
  for (let round = 0; round < rounds; round++) {
    const seed = round / rounds;
    play(seed, true, (functions) => t.deepEqual(functions.hadTwice(), [], `seed ${seed}`));
  }
});

test('once all have come again and taken what there is, each has its share and the bytes say so', (t) => {
  for (let round = 0; round < rounds; round++) {
    const seed = round / rounds;
    let last: ReturnType<typeof shareMemory> | undefined;
    play(seed, true, (functions) => (last = functions));
    for (let count = 0; count < 2 * members; count++) last?.notice(true);
    for (let count = 0; count < 2 * members; count++)
      t.true([share, undefined].includes(last?.rejoin()), `seed ${seed}`);
    last?.comeToRest();

    for (const [number, frames] of last?.frames() ?? []) {
      t.is(frames.length, share, `seed ${seed}`);
      t.true(
        frames.every((frame) => last?.bytes[frame] === number),
        `seed ${seed}`,
      );
    }
    t.is(last?.frames().size, members);
    t.is(last?.bytes.filter((byte) => byte === nobody).length, spare, `seed ${seed}`);
  }
});

test('no two have a frame even if there is no monitor when they die', (t) => {
  for (let round = 0; round < rounds; round++) {
    const seed = round / rounds;
    play(seed, false, (functions) => t.deepEqual(functions.hadTwice(), [], `seed ${seed}`));
  }
});
