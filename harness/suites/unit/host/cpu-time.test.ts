import test from 'ava';
import { cpuNanoseconds } from '../../../ffi/cpu-time.js';

test('the time of a process is what it has run for', (t) => {
  const before = { usage: process.cpuUsage(), nanoseconds: cpuNanoseconds(process.pid) };
  const end = performance.now() + 50;
  while (performance.now() < end);
  const ran = cpuNanoseconds(process.pid) - before.nanoseconds;
  const { user, system } = process.cpuUsage(before.usage);

  t.true(ran > 0);
  // That clock of Node's goes by it, too, and is read a moment later.
  t.true(Math.abs(ran - (user + system) * 1000) < 20e6, `${ran} ns, and ${user + system} us`);
});

test('a process that is not there has no clock', (t) => {
  t.throws(() => cpuNanoseconds(2 ** 22 + 1), { message: /EINVAL/ });
});
