import { existsSync } from 'node:fs';
import test from 'ava';
import { inNetns } from '../../ffi/netns.js';
import { createUmem } from '../../ffi/umem.js';
import { openSocket } from '../../ffi/xdp-socket.js';
import { flashDir, listSockets, type FlashSocket } from '../../flash/registry.js';
import { waitUntil } from '../../process/wait-until.js';
import { borrowDevice } from './support/testbed.js';
import { makeVeth } from './support/veth.js';

const mine = (): FlashSocket[] => listSockets().filter(({ pid }) => pid === process.pid);

test.serial('a socket is listed with its creator and its binding, and unrouted', async (t) => {
  await using device = await borrowDevice();
  using umem = createUmem({ frameCount: 8 });
  using socket = openSocket({ netns: device.netns, ifname: device.a, queue: 2, umem });

  const [listed] = mine();

  t.like(listed, { pid: process.pid, ifindex: socket.ifindex, qid: 2, route: [] });
});

test.serial('a socket that is not bound yet shows -1', async (t) => {
  await using device = await borrowDevice();
  using umem = createUmem({ frameCount: 8 });
  using _socket = openSocket({ netns: device.netns, ifname: device.a, queue: 2, umem, bind: false });

  t.like(mine()[0], { ifindex: -1, qid: -1, route: [] });
});

test.serial('who looks from a network namespace is shown the sockets of that one', async (t) => {
  await using device = await makeVeth();
  await using other = await makeVeth();
  using umem = createUmem({ frameCount: 8 });
  using otherUmem = createUmem({ frameCount: 8 });
  using socket = openSocket({ netns: device.netns, ifname: device.a, queue: 2, umem });
  using _other = openSocket({ netns: other.netns, ifname: other.a, queue: 2, umem: otherUmem });

  const listed = inNetns(device.netns, listSockets);

  t.is(mine().length, 2);
  t.is(listed.length, 1);
  t.like(listed[0], { pid: process.pid, ifindex: socket.ifindex, qid: 2 });
});

test.serial('sockets that share a UMEM show the same number, others another', async (t) => {
  await using device = await borrowDevice();
  using shared = createUmem({ frameCount: 8 });
  using own = createUmem({ frameCount: 8 });
  using _first = openSocket({ netns: device.netns, ifname: device.a, queue: 0, umem: shared });
  using _second = openSocket({ netns: device.netns, ifname: device.a, queue: 1, umem: shared });
  using _third = openSocket({ netns: device.netns, ifname: device.a, queue: 2, umem: own });

  const umemOf = (qid: number): number | undefined => mine().find((socket) => socket.qid === qid)?.umem;

  t.is(umemOf(0), umemOf(1));
  t.not(umemOf(0), umemOf(2));
});

test.serial('a socket that closes disappears from the list', async (t) => {
  await using device = await borrowDevice();
  using umem = createUmem({ frameCount: 8 });
  const socket = openSocket({ netns: device.netns, ifname: device.a, queue: 0, umem });
  const id = mine()[0]?.id;

  socket.close();

  await waitUntil(() => !existsSync(`${flashDir}/${id}`), {
    what: `socket ${id} to disappear`,
    deadlineMs: 5000,
    lastState: mine,
  });
  t.deepEqual(mine(), []);
});
