import test from 'ava';
import { openLibxdpSocket } from '../../ffi/libxdp-socket.js';
import { createUmem } from '../../ffi/umem.js';
import { openSocket } from '../../ffi/xdp-socket.js';
import { attachXskRedirect } from '../../ffi/xsk-redirect.js';
import { waitUntil } from '../../process/wait-until.js';
import { auditProblem } from './support/frame-audit.js';
import { drainTx, fill, receiveCount, reclaim, send } from './support/test-packets.js';
import { makeVeth } from './support/veth.js';

const count = (length: number, from = 0): number[] => Array.from({ length }, (_, index) => from + index);

test.serial('a socket on no route sends over its wire, in order, and loses no frame', async (t) => {
  await using veth = await makeVeth();
  using redirect = attachXskRedirect({ netns: veth.netns, ifname: veth.b });
  using umemA = createUmem({ frameCount: 64 });
  using umemB = createUmem({ frameCount: 64 });
  using sender = openSocket({ netns: veth.netns, ifname: veth.a, queue: 0, umem: umemA });
  using receiver = openSocket({ netns: veth.netns, ifname: veth.b, queue: 0, umem: umemB });
  redirect.setSocket(0, receiver.fd);

  const received: number[] = [];
  for (const round of count(20)) {
    fill(receiver, 32);
    send(sender, count(32, round * 32));
    await drainTx(sender);
    received.push(...(await receiveCount(receiver, 32)));
  }
  const allCompleted = (): boolean => {
    reclaim(sender);
    return sender.umem.freeFrames.length === 64;
  };
  await waitUntil(allCompleted, { what: 'all completions', deadlineMs: 5000 });

  t.deepEqual(received, count(640));
  t.is(auditProblem(umemA), undefined);
  t.is(auditProblem(umemB), undefined);
});

test.serial('two sockets on one UMEM and one wire each keep every frame in one place', async (t) => {
  await using veth = await makeVeth();
  using redirect = attachXskRedirect({ netns: veth.netns, ifname: veth.b });
  using umem = createUmem({ frameCount: 128 });
  using sender = openSocket({ netns: veth.netns, ifname: veth.a, queue: 0, umem });
  using receiver = openSocket({ netns: veth.netns, ifname: veth.b, queue: 0, umem });
  redirect.setSocket(0, receiver.fd);
  fill(receiver, 64);

  send(sender, count(48));
  await drainTx(sender);
  const received = await receiveCount(receiver, 48);

  t.deepEqual(received, count(48));
  t.is(auditProblem(umem), undefined);
});

test.serial('the frame audit notices a frame that is in two places and one that is in none', async (t) => {
  await using veth = await makeVeth();
  using umem = createUmem({ frameCount: 8 });
  using socket = openSocket({ netns: veth.netns, ifname: veth.a, queue: 0, umem });
  const [lost = 0, doubled = 0] = umem.take(2);
  socket.rings.fill.produce([doubled, doubled]);

  const problem = auditProblem(umem);
  umem.give([doubled, lost]);
  const problemAfter = auditProblem(umem);

  t.is(problem, `frames in two places: ${doubled}: pool ${socket.pool} fill, pool ${socket.pool} fill`);
  t.true(problemAfter?.includes('free'));
});

test.serial('a socket opened through libxdp has the same rings', async (t) => {
  await using veth = await makeVeth();
  using umem = createUmem({ frameCount: 32 });
  using socket = openLibxdpSocket({ netns: veth.netns, ifname: veth.a, queue: 1, umem, ringSize: 32 });

  const produced = socket.rings.fill.produce(umem.take(32));

  t.is(produced, 32);
  t.is(socket.rings.fill.count(), 32);
  t.is(socket.rings.fill.free(), 0);
  t.is(socket.rings.rx.count(), 0);
});
