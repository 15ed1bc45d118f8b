import test from 'ava';
import type { XdpSocket } from '../../ffi/socket-types.js';
import { readStats, setRoute } from '../../flash/registry.js';
import { waitUntil } from '../../process/wait-until.js';
import { countFrom, flashId, isSorted, umemLayouts } from './support/routed-pair.js';
import { forward, openRow, recycle } from './support/socket-row.js';
import { receive, reclaim, send } from './support/test-packets.js';
import { testbed } from './support/testbed.js';

/** Sends numbered packets as there is room, until all are on TX; returns the next number. */
function sendSome(socket: XdpSocket, next: number, end: number): number {
  const count = Math.min(end - next, socket.rings.tx.free(), 16);
  send(socket, countFrom(next, count));
  return next + count;
}

/** A chain first => ... => last; every socket between them forwards. Returns what arrives at the end. */
async function runChain(sockets: readonly XdpSocket[], packets: number): Promise<number[]> {
  const [first, last] = [sockets[0] as XdpSocket, sockets.at(-1) as XdpSocket];
  for (const [index, socket] of sockets.slice(0, -1).entries())
    setRoute(flashId(socket), [flashId(sockets[index + 1] as XdpSocket)]);
  const received: number[] = [];
  let sent = 0;
  await waitUntil(
    () => {
      sent = sendSome(first, sent, packets);
      for (const socket of sockets) {
        if (socket !== first) recycle(socket, Math.min(16, socket.rings.fill.size));
        if (socket !== first && socket !== last) forward(socket);
        if (socket !== last) socket.kick();
      }
      reclaim(first);
      received.push(...receive(last));
      return received.length >= packets && sockets.every(({ rings }) => rings.tx.count() === 0);
    },
    {
      what: `${packets} packets at the end of a chain`,
      deadlineMs: 60_000,
      intervalMs: 0,
      lastState: () => ({ sent, received: received.length }),
    },
  );
  return received;
}

for (const { layout, sharedUmem } of umemLayouts) {
  test.serial(`four sources lead to one target, each in its order (${layout})`, async (t) => {
    await using row = await openRow({ count: 5, sharedUmem });
    const [target, ...sources] = row.sockets as [XdpSocket, ...XdpSocket[]];
    for (const source of sources) setRoute(flashId(source), [flashId(target)]);
    const received: number[] = [];

    for (let round = 0; round < 30; round++) {
      recycle(target, 48);
      for (const [index, source] of sources.entries()) {
        recycle(source, 0);
        send(source, countFrom(index * 10_000 + round * 10, 10));
        source.kick();
      }
      received.push(...receive(target));
    }

    for (const index of sources.keys()) {
      const flow = received.filter((number) => Math.floor(number / 10_000) === index);
      t.deepEqual(flow, countFrom(index * 10_000, 300));
    }
    t.deepEqual(row.problems(), []);
  });

  test.serial(
    `one source leads to a target on each other queue, and each gets its own in order (${layout})`,
    async (t) => {
      await using row = await openRow({ count: testbed.queues, sharedUmem });
      const [source, ...targets] = row.sockets as [XdpSocket, ...XdpSocket[]];
      setRoute(flashId(source), targets.map(flashId));
      const received = targets.map((): number[] => []);

      for (let round = 0; round < 20; round++) {
        for (const target of targets) recycle(target, 16);
        send(source, countFrom(round * 48, 48), { options: (number) => (number % targets.length) << 16 });
        t.is(source.kick(), 'ok');
        for (const [index, target] of targets.entries()) received[index]?.push(...receive(target));
        recycle(source, 0);
      }

      t.true(received.every(isSorted));
      for (const [index, numbers] of received.entries())
        t.deepEqual(
          numbers,
          countFrom(0, 960).filter((number) => number % targets.length === index),
        );
      t.deepEqual(row.problems(), []);
    },
  );

  test.serial(
    `a slow target holds up its source and neither harms nor reorders the flow of another (${layout})`,
    async (t) => {
      await using row = await openRow({ count: 3, sharedUmem });
      const [source, fast, slow] = row.sockets as [XdpSocket, XdpSocket, XdpSocket];
      setRoute(flashId(source), [flashId(fast), flashId(slow)]);
      const received: number[][] = [[], []];
      let sent = 0;
      recycle(slow, 16);

      for (let round = 0; (received[0]?.length ?? 0) + (received[1]?.length ?? 0) < 400; round++) {
        if (round > 2000)
          return t.fail(`${JSON.stringify(received.map(({ length }) => length))} of 400 after 2000 rounds`);
        recycle(source, 0);
        recycle(fast, 32);
        const count = Math.min(16, source.rings.tx.free(), 400 - sent);
        send(source, countFrom(sent, count), { options: (number) => (number % 2) << 16 });
        sent += count;
        source.kick();
        received[0]?.push(...receive(fast));
        if (round % 5 !== 4) continue;
        received[1]?.push(...receive(slow));
        recycle(slow, 16);
      }

      t.true((readStats(flashId(source))['stall_fill_empty'] ?? 0) > 0);
      t.deepEqual(
        received[0],
        countFrom(0, 400).filter((number) => number % 2 === 0),
      );
      t.deepEqual(
        received[1],
        countFrom(0, 400).filter((number) => number % 2 === 1),
      );
      t.deepEqual(row.problems(), []);
    },
  );

  test.serial(`a chain of eight moves every packet in order (${layout})`, async (t) => {
    await using row = await openRow({ count: 8, sharedUmem });
    const before = await row.device.packetsOnWire();

    t.deepEqual(await runChain(row.sockets, 500), countFrom(0, 500));

    for (const socket of row.sockets.slice(0, -1)) t.is(readStats(flashId(socket))['redirected'], 500);
    t.is(await row.device.packetsOnWire(), before);
    t.deepEqual(row.problems(), []);
  });

  test.serial(`functions with rings of different sizes make a chain (${layout})`, async (t) => {
    await using row = await openRow({ count: 5, sharedUmem, ringSizes: [64, 4, 128, 8, 16] });

    t.deepEqual(await runChain(row.sockets, 300), countFrom(0, 300));
    t.deepEqual(row.problems(), []);
  });

  test.serial(`packets go round a ring of three and none is lost (${layout})`, async (t) => {
    await using row = await openRow({ count: 3, sharedUmem });
    const [first] = row.sockets as [XdpSocket, XdpSocket, XdpSocket];
    for (const [index, socket] of row.sockets.entries())
      setRoute(flashId(socket), [flashId(row.sockets[(index + 1) % 3] as XdpSocket)]);
    for (const socket of row.sockets) recycle(socket, 32);
    send(first, countFrom(0, 20));
    let laps = 0;

    for (let round = 0; laps < 200; round++) {
      if (round > 20_000) return t.fail(`${laps} descriptors came by in 20000 rounds`);
      for (const socket of row.sockets) {
        socket.kick();
        const forwarded = forward(socket);
        if (socket === first) laps += forwarded;
        recycle(socket, 32);
      }
    }
    while (row.sockets.some(({ rings }) => rings.tx.count() > 0)) for (const socket of row.sockets) socket.kick();

    const arrived = row.sockets.flatMap((socket) => receive(socket));
    t.deepEqual(
      arrived.sort((a, b) => a - b),
      countFrom(0, 20),
    );
    t.deepEqual(row.problems(), []);
  });

  test.serial(`a socket is its own target, and its packets come back many times (${layout})`, async (t) => {
    await using row = await openRow({ count: 1, sharedUmem });
    const [self] = row.sockets as [XdpSocket];
    setRoute(flashId(self), [flashId(self)]);
    recycle(self, 32);
    send(self, countFrom(0, 20));

    for (let lap = 0; lap < 50; lap++) {
      self.kick();
      forward(self);
      recycle(self, 32);
    }
    self.kick();

    t.deepEqual(receive(self), countFrom(0, 20));
    t.deepEqual(row.problems(), []);
  });
}
