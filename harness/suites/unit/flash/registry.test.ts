import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import test from 'ava';
import { FlashError } from '../../../errors.js';
import { parseRoute, parseStats, RegistryError, requireFlash } from '../../../flash/registry.js';
import { parseNetDev } from '../../../demo/take-sample.js';
import { errnoName } from '../../../ffi/native-error.js';
import { temporaryDir } from '../support/temporary-dir.js';

test('an unrouted socket has no targets', (t) => {
  t.deepEqual(parseRoute('-1\n'), []);
});

test('a route is read in the order of its indices', (t) => {
  t.deepEqual(parseRoute('index\tflash_id\n0\t7\n1\t3\n'), [7, 3]);
});

test('a target that has left keeps its index', (t) => {
  t.deepEqual(parseRoute('index\tflash_id\n0\t-1\n1\t3\n'), [-1, 3]);
});

test('counters are read by name', (t) => {
  t.deepEqual(parseStats('redirected 12\nstashed 0\n'), { redirected: 12, stashed: 0 });
});

test('an errno has the name of the contract, also where it has two', (t) => {
  t.deepEqual([1, 2, 6, 11, 22, 95].map(errnoName), ['EPERM', 'ENOENT', 'ENXIO', 'EAGAIN', 'EINVAL', 'EOPNOTSUPP']);
});

test('a refusal has the name of its errno, also where Node.js has none', (t) => {
  const refusal = (code: string, errno: number): string =>
    new RegistryError('writing', Object.assign(new Error(), { code, errno })).errno;

  t.deepEqual(
    [refusal('ENOENT', -2), refusal('ENOTSUP', -95), refusal('UNKNOWN', -116)],
    ['ENOENT', 'EOPNOTSUPP', 'ESTALE'],
  );
});

test('without FLASH or sysfs, what is missing is said, and what to do', (t) => {
  const kernel = join(temporaryDir(t), 'kernel');
  const check = (): void => requireFlash(join(kernel, 'flash'));
  const advised = (message: RegExp): string | undefined =>
    (t.throws(check, { instanceOf: FlashError, message }) as FlashError).details.advice;

  t.regex(advised(/^sysfs is not mounted: \S+\/kernel is missing$/) ?? '', /mount -t sysfs sysfs \/sys$/);
  mkdirSync(kernel);
  t.regex(advised(/^the running kernel has no FLASH: \S+\/kernel\/flash is missing$/) ?? '', /build-kernel/);
  mkdirSync(join(kernel, 'flash'));
  t.notThrows(check);
});

test('the devices of /proc/net/dev are read with both directions', (t) => {
  const text = [
    'Inter-|   Receive                                                |  Transmit',
    ' face |bytes    packets errs drop fifo frame compressed multicast|bytes    packets errs drop fifo colls carrier compressed',
    '    n0: 100 2 0 0 0 0 0 0 300 4 0 0 0 0 0 0',
  ].join('\n');

  t.deepEqual(parseNetDev(text).get('n0'), { rx: { packets: 2, bytes: 100 }, tx: { packets: 4, bytes: 300 } });
});
