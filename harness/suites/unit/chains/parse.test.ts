import test from 'ava';
import { parseLinks } from '../../../chains/devices.js';
import type { DeviceFacts } from '../../../chains/facts.js';
import { findMappings, parseMaps } from '../../../chains/mappings.js';
import { parseMounts } from '../../../chains/namespaces.js';
import { countBatches } from '../../../chains/trace/batches.js';
import { parseTargets, parseTrace } from '../../../chains/trace/events.js';
import { parseDiag } from '../../../ffi/sock-diag.js';

test('rings are found among the mappings of a process, by their page offsets', (t) => {
  const text = [
    '55d0c0000000-55d0c0001000 r-xp 80000000 08:01 77                         /usr/bin/nf',
    '7f428f81a000-7f428f81b000 rw-s 80000000 00:09 1771793                    socket:[1771793]',
    '7f428f81b000-7f428f81c000 rw-s 00000000 00:09 1771793                    socket:[1771793]',
    '7f428f81c000-7f428f81d000 rw-s 180000000 00:09 1771793                   socket:[1771793]',
    '7f428f92d000-7f428f92e000 rw-s 100000000 00:09 1771793                   socket:[1771793]',
  ].join('\n');

  t.deepEqual(
    parseMaps(12, text).map(({ pid, ring, inode, address }) => `${pid} ${ring} ${inode} ${address.toString(16)}`),
    [
      '12 tx 1771793 7f428f81a000',
      '12 rx 1771793 7f428f81b000',
      '12 completion 1771793 7f428f81c000',
      '12 fill 1771793 7f428f92d000',
    ],
  );
});

test('a process that has ended has no rings', (t) => {
  t.deepEqual(parseMaps(12, ''), []);
  t.deepEqual(findMappings(new Set([4_294_967_295]), [2 ** 30]), []);
});

test('network namespaces are found where they are mounted, also at a path with a blank', (t) => {
  const text = [
    '29 1 0:26 / / rw - ext4 /dev/vda rw',
    '75 30 0:4 net:[4026532201] /run/netns/blue rw shared:1 - nsfs nsfs rw',
    '76 30 0:4 net:[4026532202] /run/docker/a\\040b rw - nsfs nsfs rw',
    '77 30 0:4 mnt:[4026532203] /run/x rw - nsfs nsfs rw',
  ].join('\n');

  t.deepEqual(parseMounts(text), [
    { inode: 4026532201, path: '/run/netns/blue' },
    { inode: 4026532202, path: '/run/docker/a b' },
  ]);
});

test('devices are read with their state and their XDP programs', (t) => {
  const program = (id: number, name: string) => ({ id, name, tag: 'ab', jited: 1 });
  const [redirect, pass] = [program(12, 'xsk_redirect'), program(13, 'pass')];
  const json = JSON.stringify([
    { ifindex: 1, ifname: 'lo', flags: ['LOOPBACK', 'UP', 'LOWER_UP'] },
    { ifindex: 4, ifname: 'n0', flags: ['BROADCAST'], xdp: { mode: 1, prog: { id: 12, tag: 'ab' } } },
    { ifindex: 5, ifname: 'n1', xdp: { mode: 2, prog: redirect, attached: [{ mode: 2, prog: redirect }] } },
    {
      ...{ ifindex: 6, ifname: 'n2' },
      // As ip writes it for a device with programs in several modes.
      xdp: {
        mode: 4,
        attached: [
          { mode: 1, prog: redirect },
          { mode: 3, prog: pass },
        ],
      },
    },
  ]);

  const [native, generic, offload] = ['native', 'generic', 'offload'].map((mode) => ({ mode, runs: [] }));
  const netns = 'blue';
  t.deepEqual(parseLinks(json, netns), [
    { netns, ifindex: 1, ifname: 'lo', up: true, xdp: [] },
    { netns, ifindex: 4, ifname: 'n0', up: false, xdp: [{ ...native, id: 12 }] },
    { netns, ifindex: 5, ifname: 'n1', up: false, xdp: [{ ...generic, id: 12, name: 'xsk_redirect' }] },
    {
      ...{ netns, ifindex: 6, ifname: 'n2', up: false },
      xdp: [
        { ...native, id: 12, name: 'xsk_redirect' },
        { ...offload, id: 13, name: 'pass' },
      ],
    },
  ] as DeviceFacts[]);
});

/** A netlink message as the kernel writes it. */
function message(type: number, payload: Buffer): Buffer {
  const header = Buffer.alloc(16);
  header.writeUInt32LE(16 + payload.length, 0);
  header.writeUInt16LE(type, 4);
  return Buffer.concat([header, payload, Buffer.alloc((4 - (payload.length % 4)) % 4)]);
}

function attribute(type: number, payload: Buffer): Buffer {
  const header = Buffer.alloc(4);
  header.writeUInt16LE(4 + payload.length, 0);
  header.writeUInt16LE(type, 2);
  return Buffer.concat([header, payload]);
}

function u32(...values: readonly number[]): Buffer {
  const bytes = Buffer.alloc(4 * values.length);
  for (const [index, value] of values.entries()) bytes.writeUInt32LE(value, 4 * index);
  return bytes;
}

test('sock_diag tells cookie, inode, device, rings, UMEM, route and counters of each socket', (t) => {
  const socket = Buffer.concat([
    Buffer.from([44, 3, 0, 0]),
    u32(1771793, 7, 1),
    attribute(1, u32(2, 1)),
    attribute(3, u32(2048)),
    attribute(4, u32(1024)),
    // size, id, pages, chunk, headroom, ifindex, queue, flags, refs
    attribute(5, u32(8192, 0, 3, 2, 2048, 256, 4, 0, 1, 1)),
    attribute(6, u32(64)),
    attribute(7, u32(32)),
    // id, stashed, counters of 64 bits
    attribute(10, u32(4, 9, 100, 0, 0, 1)),
    attribute(11, u32(5, 0xffff_ffff)),
  ]);
  const bound = Buffer.concat([Buffer.from([44, 3, 0, 0]), u32(5, 9, 0)]);

  const { found, ended } = parseDiag(Buffer.concat([message(20, socket), message(20, bound)]));

  t.false(ended);
  t.deepEqual(found, [
    {
      inode: 1771793,
      cookie: '4294967303',
      ifindex: 2,
      queue: 1,
      rings: { rx: 2048, tx: 1024, fill: 64, completion: 32 },
      umem: { id: 3, bytes: 8192, chunkBytes: 2048, headroom: 256, zeroCopy: true },
      flash: { id: 4, route: [5, -1], counters: [100, 2 ** 32, 9] },
    },
    { inode: 5, cookie: '9', rings: { rx: 0, tx: 0, fill: 0, completion: 0 } },
  ]);
  t.true(parseDiag(message(3, u32(0))).ended);
  t.throws(() => parseDiag(message(2, u32(0xffff_fffe))), { message: /ENOENT/ });
});

const trace = [
  '# tracer: nop',
  '           <...>-1201    [001] b..1.    12.345678: flash_redirect: source=0 target=2 moved=16 asked=20',
  '           <...>-1201    [001] b..1.    12.345679: flash_redirect: source=0 target=2 moved=4 asked=4',
  '           <...>-1201    [001] b..1.    12.345680: flash_redirect: source=0 target=2 moved=0 asked=4',
  '          <idle>-0       [000] ..s1.    12.345690: flash_stall: source=3 target=-1 cause=no_target',
  'CPU:1 [LOST 42 EVENTS]',
  '           <...>-1300    [000] .....    12.400000: flash_route: source=0 targets={0x2,0xffffffff}',
].join('\n');

test('events are read with their fields, and how many were lost', (t) => {
  t.deepEqual(parseTrace(trace).slice(3), [
    {
      ...{ seconds: 12.34569, cpu: 0, thread: 0, name: 'flash_stall' },
      fields: { source: '3', target: '-1', cause: 'no_target' },
    },
    { lost: 42 },
    {
      ...{ seconds: 12.4, cpu: 0, thread: 1300, name: 'flash_route' },
      fields: { source: '0', targets: '{0x2,0xffffffff}' },
    },
  ]);
  t.deepEqual(parseTargets('{0x2,0xffffffff}'), [2, -1]);
});

test('batches that moved something are counted by hop', (t) => {
  t.deepEqual(countBatches(trace), [{ source: 0, target: 2, count: 2, moved: 20 }]);
});
