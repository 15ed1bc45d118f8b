import test, { type ExecutionContext } from 'ava';
import { makePort, type Port } from '../../../../nf/typescript/port.js';
import type { Packet } from '../../../../nf/typescript/packet.js';
import { FlashError } from '../../../errors.js';
import { NativeError } from '../../../ffi/native-error.js';
import { bring, frameBytes, makeFakePort, type FakePort } from './support/fake-port.js';

const macBytes = 6;
const [enxio, enomem] = [6, 12];

function portWith(numbers: readonly number[], length?: number): { fake: FakePort; port: Port; packets: Packet[] } {
  const fake = makeFakePort();
  const port = makePort(fake);
  bring(fake, numbers, length);
  return { fake, port, packets: port.receive(256) };
}

/** Says what is wrong, and what to do. */
function throwsUsage(t: ExecutionContext, work: () => unknown, message: RegExp): void {
  const error = t.throws(work, { instanceOf: FlashError, message });
  t.is(error?.kind, 'usage');
  t.truthy(error?.details.advice);
}

test('what a program writes to a packet is what is sent', (t) => {
  const { fake, port, packets } = portWith([1, 2]);
  const [first, second] = packets as [Packet, Packet];

  first.bytes.fill(7, 0, macBytes);
  first.view.setUint16(12, 0x0800);
  second.edge = 1;
  const left = port.send(packets);

  t.deepEqual(left, []);
  t.deepEqual([...(fake.tx[0]?.bytes.subarray(0, 14) ?? [])], [...Array(6).fill(7), ...Array(6).fill(1), 8, 0]);
  t.deepEqual(
    fake.tx.map(({ addr, length, edge }) => ({ addr, length, edge })),
    [
      { addr: frameBytes + 256, length: 64, edge: 0 },
      { addr: 2 * frameBytes + 256, length: 64, edge: 1 },
    ],
  );
  t.is(port.frames().held, 0);
});

test('whatever the number of packets, C is called once to receive, to send and to drop', (t) => {
  const { fake, port, packets } = portWith([...Array(200).keys()]);
  for (const { bytes } of packets) bytes[0] = 1;

  port.send(packets.slice(0, 150));
  port.drop(packets.slice(150));

  t.is(fake.tx.length, 150);
  t.is(fake.released.length, 50);
  t.like(fake.calls, { receive: 1, send: 1, release: 1, take: 0 });
});

const departures = {
  sent: (port: Port, packets: readonly Packet[]) => void port.send(packets),
  dropped: (port: Port, packets: readonly Packet[]) => port.drop(packets),
  'dropped by the next receive()': (port: Port) => void port.receive(1),
  'lost with its port': (port: Port) => port.close(),
} as const;

for (const [how, leave] of Object.entries(departures)) {
  test(`a packet that was ${how} cannot be touched any more`, (t) => {
    const { port, fake, packets } = portWith([1]);
    const [packet] = packets as [Packet];
    const { bytes, view } = packet;
    const part = bytes.subarray(0, 4);

    leave(port, packets);

    throwsUsage(t, () => packet.bytes, /a packet was touched that was/);
    throwsUsage(t, () => packet.view, /a packet was touched that was/);
    throwsUsage(t, () => packet.length, /a packet was touched that was/);
    throwsUsage(t, () => packet.replace(new Uint8Array(1)), /a packet was touched that was/);
    throwsUsage(t, () => (packet.edge = 1), /a packet was touched that was/);
    t.throws(() => view.getUint8(0), { instanceOf: TypeError, message: /detached/ });
    t.throws(() => view.setUint8(0, 1), { instanceOf: TypeError, message: /detached/ });
    t.throws(() => bytes.set([1]), { instanceOf: TypeError, message: /detached/ });
    t.is(bytes.length + part.length, 0);
    t.is((bytes[0] = 9), 9);
    t.is(fake.memory[frameBytes + 256], 1, 'and the frame stays as it was');
  });
}

test('a packet cannot be sent twice, and nothing is sent with one that was', (t) => {
  const { fake, port, packets } = portWith([1, 2]);
  const [first, second] = packets as [Packet, Packet];
  port.send([first]);

  throwsUsage(t, () => port.send([second, first]), /^sending packets: a packet is not there/);
  throwsUsage(t, () => port.send([second, second]), /^sending packets: a packet is there twice/);
  throwsUsage(t, () => port.drop([first]), /^dropping packets: a packet is not there/);
  throwsUsage(t, () => port.keep([first]), /^keeping packets: a packet is not there/);
  t.is(fake.tx.length, 1);
  t.is(second.bytes[0], 2, 'the other one is there as ever');
});

test('packets of another port, and what looks like one, are refused', (t) => {
  const { packets } = portWith([1]);
  const { fake, port } = portWith([2]);
  const [other] = packets as [Packet];

  throwsUsage(t, () => port.send([other]), /is of another port/);
  throwsUsage(t, () => port.send([{ ...other }]), /is of another port/);
  t.is(fake.tx.length, 0);
});

const hostile = [
  { what: 'is longer than its frame', addr: 5 * frameBytes, length: frameBytes + 1, comesBack: true },
  { what: 'crosses the end of its frame', addr: 6 * frameBytes - 63, length: 64, comesBack: true },
  { what: 'has the longest length there is', addr: 5 * frameBytes, length: 0xffff_ffff, comesBack: true },
  { what: 'begins behind the memory', addr: 1024 * frameBytes, length: 64, comesBack: false },
  { what: 'is at the last address there is', addr: 2 ** 64 - 2048, length: 64, comesBack: false },
  { what: 'is in a frame that the program has', addr: frameBytes, length: 64, comesBack: false },
] as const;

for (const { what, addr, length, comesBack } of hostile) {
  test(`a packet of the rings that ${what} is not believed`, (t) => {
    const { fake, port, packets } = portWith([1]);
    port.keep(packets);
    fake.rx.push({ addr, length });
    bring(fake, [2]);

    const received = port.receive(256);

    t.deepEqual(
      received.map(({ bytes }) => bytes[0]),
      [2],
    );
    t.is(port.stats().impossible, 1);
    t.deepEqual(fake.released, comesBack ? [addr] : []);
    t.is(port.frames().held, 2);
  });
}

test('two packets of one batch in the same frame are one packet', (t) => {
  const { port, packets } = portWith([3, 3]);

  t.is(packets.length, 1);
  t.is(port.stats().impossible, 1);
});

test('a frame may come again once its packet has left', (t) => {
  const { fake, port, packets } = portWith([1, 2]);
  port.send(packets.slice(0, 1));
  port.drop(packets.slice(1));
  bring(fake, [2, 1]);

  const again = port.receive(256);

  t.deepEqual(
    again.map(({ bytes }) => bytes[0]),
    [2, 1],
  );
  t.is(port.stats().impossible, 0);
});

test('a free frame of which the list says what cannot be makes no packet', (t) => {
  const fake = makeFakePort();
  const port = makePort(fake);
  fake.freeFrames.push(2 ** 40, 4 * frameBytes);

  const made = port.create([new Uint8Array([1]), new Uint8Array([2])]);

  t.is(made.length, 1);
  t.is(port.stats().impossible, 1);
});

test('what is kept stays when others are received, and the rest goes', (t) => {
  const { fake, port, packets } = portWith([1, 2, 3]);
  const [first, second] = packets as [Packet, Packet];

  port.keep([second]);
  bring(fake, [4]);
  const next = port.receive(256);

  t.deepEqual(fake.released, [frameBytes + 256, 3 * frameBytes + 256]);
  throwsUsage(t, () => first.bytes, /that was dropped/);
  t.is(second.bytes[0], 2);
  t.deepEqual(port.frames(), { held: 2, free: 0 });
  port.send([...next, second]);
  t.deepEqual(
    fake.tx.map(({ bytes }) => bytes[0]),
    [4, 2],
  );
});

test('what there is no room for comes back, and can be sent later', (t) => {
  const { fake, port, packets } = portWith([1, 2, 3]);
  fake.txRoom = 1;

  const left = port.send(packets);
  fake.txRoom = 2;

  t.deepEqual(left, packets.slice(1));
  t.is(left[0]?.bytes[0], 2);
  t.deepEqual(port.send(left), []);
  t.is(fake.tx.length, 3);
});

for (const edge of [2, -1, 0.5, Number.NaN]) {
  test(`the edge ${edge}, which there is not, is refused before anything is sent`, (t) => {
    const { fake, port, packets } = portWith([1, 2]);
    const [, second] = packets as [Packet, Packet];
    second.edge = edge;

    throwsUsage(t, () => port.send(packets), new RegExp(`there is no edge ${edge}$`));
    t.is(fake.tx.length, 0);
    t.is(second.bytes[0], 2);
  });
}

test('a packet can be made longer and shorter, within its frame', (t) => {
  const { fake, port, packets } = portWith([1]);
  const [packet] = packets as [Packet];
  const { view } = packet;

  throwsUsage(t, () => packet.replace(new Uint8Array(frameBytes + 1)), /cannot have 2049 bytes$/);
  throwsUsage(t, () => packet.replace(new Uint8Array(0)), /cannot have 0 bytes$/);
  packet.replace(new Uint8Array(frameBytes).fill(5));
  t.throws(() => view.getUint8(0), { instanceOf: TypeError });
  t.is(packet.length, frameBytes);
  packet.replace(new Uint8Array([6, 7]));
  port.send([packet]);

  t.deepEqual(fake.tx, [{ addr: frameBytes, length: 2, edge: 0, bytes: new Uint8Array([6, 7]) }]);
});

test('packets are made of bytes, as many as there are frames', (t) => {
  const fake = makeFakePort();
  const port = makePort(fake);
  fake.freeFrames.push(0, frameBytes);
  const content = new Uint8Array([1, 2, 3]);

  const made = port.create([content, new Uint8Array(frameBytes).fill(9), new Uint8Array(1)]);
  content.fill(0);
  port.receive(1);
  port.send(made);

  t.is(made.length, 2);
  t.deepEqual(
    fake.tx.map(({ addr, length, bytes }) => ({ addr, length, first: bytes[0] })),
    [
      { addr: 256, length: 3, first: 1 },
      { addr: frameBytes, length: frameBytes, first: 9 },
    ],
  );
  throwsUsage(t, () => port.create([new Uint8Array(frameBytes + 1)]), /cannot have 2049 bytes$/);
});

test('bytes that a program has given away are missed when they are to be sent', (t) => {
  const { fake, port, packets } = portWith([1, 2]);
  const { buffer } = (packets[1] as Packet).bytes;
  structuredClone(buffer, { transfer: [buffer as ArrayBuffer] });

  throwsUsage(t, () => port.send(packets), /its bytes were transferred/);
  t.is(fake.tx.length, 0);
  port.drop(packets);
  t.is(port.frames().held, 0);
});

test('a port that is closed does nothing', async (t) => {
  const { fake, port } = portWith([1]);

  port.close();
  port.close();

  t.is(fake.calls['close'], 1);
  throwsUsage(t, () => port.receive(1), /^the port is closed$/);
  throwsUsage(t, () => port.room(), /^the port is closed$/);
  throwsUsage(t, () => port.stats(), /^the port is closed$/);
  await t.throwsAsync(async () => port.wait(), { message: 'the port is closed' });
});

for (const { errno, message } of [
  { errno: enxio, message: 'the device of the port is gone' },
  { errno: enomem, message: 'working on the rings: ENOMEM' },
]) {
  test(`what the library in C cannot do is said with what to do: ${message}`, async (t) => {
    const fail = (): never => {
      throw new NativeError('working on the rings', errno);
    };
    const port = makePort({ ...makeFakePort(), prepare: fail });

    const error = await t.throwsAsync(async () => port.wait(), { instanceOf: FlashError, message });

    t.is(error?.kind, 'infrastructure');
    t.truthy(error?.details.advice);
    t.true(error?.cause instanceof NativeError);
  });
}
