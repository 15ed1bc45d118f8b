import { closeSync, openSync } from 'node:fs';
import test from 'ava';
import { identifyMemory, mapReceivedMemory, mapSealedMemory } from '../../../ffi/memory.js';
import { makeSharedMemory, takeSharedMemory } from '../../../../nf/monitor/shared-memory.js';

const size = { frames: 4096, frameSize: 2048 };

test('a memory is taken from its descriptors, among others and in any order, and no other one is', (t) => {
  const memory = makeSharedMemory(size);
  const other = makeSharedMemory(size);
  memory.owners[7] = 3;
  const [frames = -1, owners = -1] = memory.fds;

  const taken = takeSharedMemory(memory.id, size, [0, owners, ...other.fds, frames]);

  t.is(taken?.id, memory.id);
  t.is(taken?.owners[7], 3);
  memory.close();
  t.is(taken?.owners[7], 3, 'its descriptors are its own');
  t.is(takeSharedMemory(other.id, size, taken?.fds ?? []), undefined);
  t.is(takeSharedMemory(other.id, size, other.fds.slice(0, 1)), undefined);
  t.is(takeSharedMemory(other.id, { ...size, frames: 2048 }, other.fds), undefined, 'of another size');
  for (const each of [taken, other]) each?.close();
});

test('what could shrink is not mapped, and of what is no memory nothing is asked', (t) => {
  const file = openSync('/proc/self/status', 'r');
  t.teardown(() => closeSync(file));
  const memory = mapSealedMemory('test', 4096);
  t.teardown(memory.unmap);

  t.is(identifyMemory(file), undefined);
  t.is(mapReceivedMemory(file, 0), undefined);
  t.regex(identifyMemory(memory.fd) ?? '', /^\d+:\d+$/);
  t.is(mapReceivedMemory(memory.fd, 8192), undefined);
});
