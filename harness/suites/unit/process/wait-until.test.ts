import { readFile } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import test from 'ava';
import { waitUntil } from '../../../process/wait-until.js';

/** As slow as reading what threads do is in a guest with a debug kernel. */
const probeMs = 5;

function busyFor(ms: number): void {
  const end = performance.now() + ms;
  while (performance.now() < end);
}

test('files are read on while two wait whose probes take longer than their intervals', async (t) => {
  let read = false;
  let probes = 0;
  const probe = (): boolean => {
    busyFor(probeMs);
    probes++;
    return read;
  };
  const options = { what: 'the file', deadlineMs: 2000, intervalMs: 1 };
  const both = [waitUntil(probe, options), waitUntil(probe, options)];
  // Both are in the middle of it.
  await delay(2 * probeMs);
  const reading = readFile('/proc/self/stat').then(() => (read = true));

  await Promise.all([reading, ...both]);

  t.true(probes < 2000 / probeMs / 2);
});

test('a wait that times out names what it waited for and the last state', async (t) => {
  const waiting = waitUntil(() => undefined, {
    what: 'a miracle',
    deadlineMs: 20,
    intervalMs: 1,
    lastState: () => ['none', 1n],
  });

  await t.throwsAsync(waiting, { message: 'timed out after 20 ms waiting for a miracle; last state seen: ["none",1]' });
});
