import { closeSync, readSync, writeSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import test from 'ava';
import { makePort, type Port } from '../../../../nf/typescript/port.js';
import type { Prepared } from '../../../ffi/flash-port.js';
import { libc, pollEvent } from '../../../ffi/libc.js';
import { FlashError } from '../../../errors.js';
import { makeFakePort, maySleep, ready, type FakePort } from './support/fake-port.js';

/** Longer than any test takes: whatever ends a wait, it is not this. */
const longMs = 1_000_000;

function portThatSays(...says: Prepared[]): { fake: FakePort; port: Port } {
  const fake = makeFakePort();
  fake.says.splice(0, 1, ...says);
  return { fake, port: makePort(fake) };
}

/** Something that is readable once it was written to. */
function openEvent(): { readonly fd: number; readonly set: () => void; readonly clear: () => void } & Disposable {
  const fd = libc.eventfd(0, 0) as number;
  const one = Buffer.from([1, 0, 0, 0, 0, 0, 0, 0]);
  return {
    fd,
    set: () => void writeSync(fd, one),
    clear: () => void readSync(fd, Buffer.alloc(8)),
    [Symbol.dispose]: () => closeSync(fd),
  };
}

test('a flood of packets does not keep timers out', async (t) => {
  const { port } = portThatSays(ready);
  let fired = false;
  setTimeout(() => (fired = true), 1);

  let waits = 0;
  while (!fired && waits < 1_000_000) {
    t.is(await port.wait(), 'ready');
    waits++;
  }

  t.true(fired);
});

test('who sleeps is woken by an event of a descriptor, again and again, while the event loop goes on', async (t) => {
  using event = openEvent();
  const sleeping: Prepared = {
    outcome: 'maySleep',
    events: [{ fd: event.fd, events: pollEvent.in }],
    timeoutMs: longMs,
  };
  const { fake, port } = portThatSays();

  for (let round = 0; round < 3; round++) {
    fake.says.splice(0, 2, sleeping, ready);
    const woken = port.wait();
    await delay(1);
    t.is(fake.says.length, 1, 'it sleeps');
    event.set();
    t.is(await woken, 'ready');
    event.clear();
  }
});

test('a descriptor that can be written to wakes who waits for room alone', async (t) => {
  using event = openEvent();
  const events = (which: number) => [{ fd: event.fd, events: which }];
  const forRoom = portThatSays({ outcome: 'maySleep', events: events(pollEvent.out), timeoutMs: longMs }, ready);
  const forPackets = portThatSays({ outcome: 'maySleep', events: events(pollEvent.in), timeoutMs: longMs });

  t.is(await forRoom.port.wait(), 'ready');
  t.is(await forPackets.port.wait({ timeoutMs: 10 }), 'timedOut');
  t.true((forPackets.fake.calls['prepare'] ?? 0) <= 3, 'it slept');
});

test('a wait ends when its time has passed, and no later for what the library says', async (t) => {
  const { fake, port } = portThatSays(maySleep(longMs));

  t.is(await port.wait({ timeoutMs: 5 }), 'timedOut');
  t.is(await port.wait({ timeoutMs: 0 }), 'timedOut');
  t.true((fake.calls['prepare'] ?? 0) >= 2, 'all is done even without waiting');
});

test('what no event tells of is looked at again in the time that the library says', async (t) => {
  const { fake, port } = portThatSays(maySleep(1), maySleep(1), ready);

  t.is(await port.wait(), 'ready');
  t.is(fake.calls['prepare'], 3);
});

test('who looks busily does not sleep, and lets others have their turn', async (t) => {
  const { fake, port } = portThatSays(...Array.from({ length: 5 }, () => maySleep(0)), ready);
  let turns = 0;
  const count = (): void => {
    turns++;
    if (fake.says.length > 1) setImmediate(count);
  };
  setImmediate(count);

  t.is(await port.wait({ busyUs: 1 }), 'ready');
  t.is(fake.calls['prepare'], 6);
  t.true(turns >= 5);
});

test('a signal ends a sleep, and every wait from then on', async (t) => {
  const { fake, port } = portThatSays(maySleep(longMs));
  const stop = new AbortController();
  setTimeout(() => stop.abort(), 1);

  t.is(await port.wait({ signal: stop.signal }), 'stopped');
  fake.says.splice(0, 1, ready);
  t.is(await port.wait({ signal: stop.signal }), 'stopped');
});

test('a change is told', async (t) => {
  const { port } = portThatSays({ ...ready, outcome: 'changed' });

  t.is(await port.wait(), 'changed');
});

test('two cannot wait for one port, and one can after the other', async (t) => {
  const { port } = portThatSays(maySleep(1), ready);
  const first = port.wait();

  const error = await t.throwsAsync(async () => port.wait(), { instanceOf: FlashError, message: /waited for already/ });

  t.truthy(error?.details.advice);
  t.is(await first, 'ready');
  t.is(await port.wait(), 'ready');
});

test('closing a port ends who waits for it', async (t) => {
  using event = openEvent();
  const { port } = portThatSays({
    outcome: 'maySleep',
    events: [{ fd: event.fd, events: pollEvent.in }],
    timeoutMs: longMs,
  });
  const waiting = port.wait();

  await delay(1);
  port.close();

  await t.throwsAsync(waiting, { instanceOf: FlashError, message: 'the port is closed' });
});
