import test from 'ava';
import { libc, socketOption, solSocket } from '../../ffi/libc.js';
import { checkErrno } from '../../ffi/native-error.js';
import type { XdpSocket } from '../../ffi/socket-types.js';
import { flashDir, readAttribute, readSocket, refusalOf, writeNext } from '../../flash/registry.js';
import { handOver } from '../../native/handover.js';
import { run } from '../../process/run.js';
import { countFrom, flashId, openListed, openPair } from './support/routed-pair.js';
import { borrowDevice, createTestUmem } from './support/testbed.js';

const cookieOf = (socket: XdpSocket): string => readAttribute(flashId(socket), 'cookie').trimEnd();

/** What the kernel says its cookie is. */
function askedCookie({ fd }: XdpSocket): string {
  const value = Buffer.alloc(8);
  checkErrno('reading SO_COOKIE', libc.getsockopt(fd, solSocket, socketOption.cookie, value, [value.length]));
  return value.readBigUInt64LE().toString();
}

test.serial('the cookie of a socket is the one that ss and its owner see', async (t) => {
  await using pair = await openPair({ sharedUmem: true, route: false });
  const sockets = [pair.source, pair.target];

  const cookies = sockets.map(cookieOf);
  const listed = await run('ip', ['netns', 'exec', pair.device.netns, 'ss', '-H', '-n', '--xdp', '--extended']);

  t.deepEqual(cookies, sockets.map(askedCookie));
  // Cookies are given out in blocks to processors: a later socket may have a lower one.
  t.deepEqual(
    cookies.toSorted(),
    [...listed.matchAll(/\bsk:([0-9a-f]+)/g)].map(([, hex]) => BigInt(`0x${hex}`).toString()).toSorted(),
  );
});

test.serial('an id is used again, a cookie is not', async (t) => {
  await using pair = await openPair({ sharedUmem: true, route: false });
  using umem = createTestUmem({ frameCount: 8 });
  const open = (): XdpSocket => openListed({ netns: pair.device.netns, ifname: pair.device.a, queue: 2, umem });
  const seen = countFrom(0, 5).map(() => {
    using socket = open();
    return { id: flashId(socket), cookie: cookieOf(socket) };
  });

  t.is(new Set(seen.map(({ id }) => id)).size, 1);
  t.is(new Set(seen.map(({ cookie }) => cookie)).size, seen.length);
});

test.serial('a target is named by its id and cookie, alone or among others', async (t) => {
  await using pair = await openPair({ sharedUmem: true, route: false });
  const [source, target] = [flashId(pair.source), flashId(pair.target)];
  const named = `${target}@${cookieOf(pair.target)}`;

  writeNext(source, named);
  const alone = readAttribute(source, 'next');
  writeNext(source, `${source} ${named} ${target}`);
  const among = readSocket(source).route;
  writeNext(
    source,
    countFrom(0, 64)
      .map(() => named)
      .join(' '),
  );

  t.is(alone, `index\tflash_id\n0\t${target}\n`);
  t.deepEqual(among, [source, target, target]);
  t.is(readSocket(source).route.length, 64);
});

test.serial('a target whose id another socket has by now is refused with ESTALE, and nothing changes', async (t) => {
  await using pair = await openPair({ sharedUmem: true });
  using umem = createTestUmem({ frameCount: 8 });
  const open = (): XdpSocket => openListed({ netns: pair.device.netns, ifname: pair.device.a, queue: 2, umem });
  const [source, target] = [flashId(pair.source), flashId(pair.target)];
  const first = open();
  const stale = `${flashId(first)}@${cookieOf(first)}`;
  first.close();
  const closed = refusalOf(() => writeNext(source, stale));
  using second = open();

  const refusals = [stale, `${target} ${stale}`, `${stale} ${target}`, `${target}@0`].map((text) =>
    refusalOf(() => writeNext(source, text)),
  );

  t.true(stale.startsWith(`${flashId(second)}@`));
  t.is(closed, 'ENOENT');
  t.deepEqual(
    refusals,
    refusals.map(() => 'ESTALE'),
  );
  t.deepEqual(readSocket(source).route, [target]);
});

test.serial('a cookie that is malformed is refused with EINVAL, and nothing changes', async (t) => {
  await using pair = await openPair({ sharedUmem: true });
  const [source, target] = [flashId(pair.source), flashId(pair.target)];
  const forms = [
    'ID@',
    '@5',
    '@',
    'ID@x',
    'ID@-1',
    'ID@+5',
    'ID@5@6',
    'ID@0x5',
    'ID@5x',
    'ID@ 5',
    'ID @5',
    'ID@5,ID',
    'x@5',
    '-1@5',
    '4294967296@5',
    'ID@18446744073709551616',
    'ID@99999999999999999999999',
  ];

  const refusals = forms.map(
    (form) => `${form}: ${refusalOf(() => writeNext(source, form.replaceAll('ID', String(target))))}`,
  );

  t.deepEqual(
    refusals,
    forms.map((form) => `${form}: EINVAL`),
  );
  t.deepEqual(readSocket(source).route, [target]);
});

test.serial('who may not see a socket does not learn whether a cookie is its own', async (t) => {
  await using pair = await openPair({ sharedUmem: true, route: false });
  await using elsewhere = await borrowDevice();
  using umem = createTestUmem({ frameCount: 8 });
  using outsider = openListed({ netns: elsewhere.netns, ifname: elsewhere.a, queue: 0, umem });
  const there = { netns: `/run/netns/${elsewhere.netns}` };
  const path = `${flashDir}/${flashId(outsider)}/next`;

  const outcomes: string[] = [];
  for (const cookie of [askedCookie(pair.target), '1'])
    outcomes.push(await handOver({ opener: there, user: there, path, text: `${flashId(pair.target)}@${cookie}` }));

  t.deepEqual(outcomes, ['ENOENT', 'ENOENT']);
});
