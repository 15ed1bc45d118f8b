import test from 'ava';
import { parseRoute, parseStats, RegistryError } from '../../../flash/registry.js';
import { parseNetDev } from '../../../demo/take-sample.js';
import { errnoName } from '../../../ffi/native-error.js';

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

test('the devices of /proc/net/dev are read with both directions', (t) => {
  const text = [
    'Inter-|   Receive                                                |  Transmit',
    ' face |bytes    packets errs drop fifo frame compressed multicast|bytes    packets errs drop fifo colls carrier compressed',
    '    n0: 100 2 0 0 0 0 0 0 300 4 0 0 0 0 0 0',
  ].join('\n');

  t.deepEqual(parseNetDev(text).get('n0'), { rx: { packets: 2, bytes: 100 }, tx: { packets: 4, bytes: 300 } });
});
