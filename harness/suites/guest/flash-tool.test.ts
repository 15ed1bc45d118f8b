import { Worker } from 'node:worker_threads';
import { setImmediate as others } from 'node:timers/promises';
import test from 'ava';
import { makeGraph } from '../../chains/graph.js';
import { listHops } from '../../chains/hops.js';
import { formatListing, makeListing } from '../../chains/list.js';
import { createObserver } from '../../chains/observer.js';
import { selectSocket } from '../../chains/select.js';
import { setRouteTo } from '../../chains/set-route.js';
import { formatMetrics } from '../../chains/export/metrics.js';
import { sampleBatches, batchBufferKib } from '../../chains/trace/batches.js';
import { enableEvents, readEvents } from '../../chains/trace/follow-trace.js';
import { openTraceInstance } from '../../chains/trace/instance.js';
import { FlashError } from '../../errors.js';
import { afXdp, libc, sockRaw } from '../../ffi/libc.js';
import { clearRoute, listIds, readAttribute, readRoute, refusalOf, writeNextOf } from '../../flash/registry.js';
import { runFlash } from './support/flash-command.js';
import { factsOf, looked } from './support/observed.js';
import { countFrom, flashId, openListed, openPair } from './support/routed-pair.js';
import { exchange, fill, send } from './support/test-packets.js';
import { mountTracing } from './support/traced.js';

test.serial('sockets are listed with their rings, as they are, and every frame of their UMEM', async (t) => {
  await using pair = await openPair({ sharedUmem: true });
  // The target has no frames: who has just been routed is looked at once, and what can move then does.
  fill(pair.source, 30);
  send(pair.source, countFrom(0, 3));

  const snapshot = await looked();

  const source = factsOf(snapshot, pair.source);
  const target = factsOf(snapshot, pair.target);
  t.like(source, { pid: process.pid, holders: [process.pid], netns: pair.device.netns, ifname: 'a', queue: 0 });
  t.deepEqual(source.route, [{ id: target.id, cookie: target.cookie }]);
  t.like(source.rings, { tx: { used: 3, size: 64 }, rx: { used: 0 }, fill: { used: 30 }, completion: { used: 0 } });
  t.like(target.rings, { fill: { used: 0, size: 64 } });
  const { umems, sockets } = makeListing(snapshot, snapshot);
  const umem = umems.find((each) => each.umem === source.umem);
  t.like(umem, { fill: 30, tx: 3, elsewhere: pair.source.umem.freeFrames.length });
  t.true(sockets.length >= 2);
});

test.serial('sockets of one pool show the same fill ring, whoever has it mapped', async (t) => {
  await using pair = await openPair({ sharedUmem: true });
  const { umem } = pair.target;
  using beside = openListed({ netns: pair.device.netns, ifname: pair.device.a, queue: pair.target.queue, umem });
  fill(pair.target, 7);

  const snapshot = await looked();

  t.is(factsOf(snapshot, beside).rings.fill?.used, 7);
});

test.serial('the commands run on their own: a route is set, and a socket explained', async (t) => {
  await using pair = await openPair({ sharedUmem: true, route: false });
  const [source, target] = [flashId(pair.source), flashId(pair.target)];
  const { cookie } = factsOf(await looked(), pair.target);

  const set = await runFlash(['route', 'set', String(source), `${target}@${cookie}`]);
  const explained = await runFlash(['explain', String(source), '--json', '--interval', '0.01']);

  t.is(set.exitCode, 0, set.stderr);
  t.regex(set.stdout, new RegExp(`^${source} \\S+ \\S+/a:0 -> ${target} `));
  t.deepEqual(readRoute(source), [target]);
  t.is(explained.exitCode, 1, explained.stderr);
  t.like(JSON.parse(explained.stdout), { id: source, moves: false, findings: [{ cause: 'nothing-to-send' }] });
});

test.serial('a route is not set if the source or a target is another socket by now', async (t) => {
  await using pair = await openPair({ sharedUmem: true, route: false });
  const before = await looked();
  const [source, target] = [factsOf(before, pair.source), factsOf(before, pair.target)];

  t.throws(() => setRouteTo(source, [{ ...target, cookie: '1' }]), { message: /ESTALE/ });
  t.is(
    refusalOf(() => writeNextOf({ id: source.id, cookie: '1' }, '-1')),
    'ESTALE',
  );
  t.deepEqual(readRoute(source.id), []);
});

test.serial('a socket that has closed is seen no more, and one that has its id now is another', async (t) => {
  await using pair = await openPair({ sharedUmem: true });
  using observer = createObserver();
  const before = await observer.look();
  const closed = factsOf(before, pair.target);

  pair.target.close();
  using successor = openListed({
    ...{ netns: pair.device.netns, ifname: pair.device.a, queue: 4, umem: pair.source.umem },
  });
  const now = await observer.look();

  t.is(flashId(successor), closed.id);
  const source = factsOf(now, pair.source);
  t.deepEqual(source.route, [null]);
  t.not(factsOf(now, successor).cookie, closed.cookie);
  t.is(listHops(before, now)[0]?.bottleneck.why, 'has gone');
  t.throws(() => selectSocket(now, `${closed.id}@${closed.cookie}`), { message: /its id is another's now/ });
});

test.serial('sockets that come and go while they are read harm nothing', async (t) => {
  await using pair = await openPair({ sharedUmem: true });
  const opened = new Int32Array(new SharedArrayBuffer(4));
  const worker = new Worker(new URL('support/socket-churn.js', import.meta.url), { workerData: opened });
  t.teardown(() => worker.terminate());
  await new Promise((resolve) => worker.once('message', resolve));
  using observer = createObserver();
  let churned = 0;

  for (let look = 0; look < 50; look++) {
    const before = Atomics.load(opened, 0);
    const { sockets } = await observer.look();
    churned += Atomics.load(opened, 0) - before;
    t.is(new Set(sockets.map(({ cookie }) => cookie)).size, sockets.length);
    t.deepEqual(
      factsOf({ seconds: 0, sockets, devices: [] }, pair.source).route.map((to) => to?.id),
      [flashId(pair.target)],
    );
    await others();
  }

  t.true(churned >= 50, `${churned} sockets came and went`);
});

test.serial('who is not root is told to be', (t) => {
  const nobody = 65_534;
  libc.seteuid(nobody);
  try {
    t.throws(() => createObserver(), { instanceOf: FlashError, message: /^this needs root: / });
  } finally {
    libc.seteuid(0);
  }
});

test.serial('hundreds of sockets are listed', async (t) => {
  const fds = Array.from({ length: 300 }, () => libc.socket(afXdp, sockRaw, 0) as number);
  try {
    const snapshot = await looked();
    const text = formatListing(makeListing(snapshot, snapshot));

    t.is(snapshot.sockets.length, listIds().length);
    t.true(text.split('\n').length > 300);
  } finally {
    for (const fd of fds) libc.close(fd);
  }
});

test.serial('what moves is traced by socket, and its batches are counted', async (t) => {
  await mountTracing();
  await using pair = await openPair({ sharedUmem: true });
  using observer = createObserver();
  const before = await observer.look();
  const [source, target] = [factsOf(before, pair.source), factsOf(before, pair.target)];
  using instance = openTraceInstance(batchBufferKib);

  const sampling = sampleBatches(instance, 1);
  exchange(pair, 5);
  const batches = await sampling;
  const now = await observer.look();
  enableEvents(instance, [source]);
  const read = readEvents(instance);
  exchange(pair, 1);
  clearRoute(source.id);
  const events = read();

  const [hop] = listHops(before, now, batches).filter(({ from }) => from.id === source.id);
  t.is(hop?.batch, 16);
  t.true((hop?.packetsPerSecond ?? 0) > 0);
  t.is(hop?.to?.cookie, target.cookie);
  t.deepEqual(
    events.map((event) => ('lost' in event ? event : `${event.name} ${event.fields['source']}`)),
    [`flash_redirect ${source.id}`, `flash_route ${source.id}`],
  );
});

test.serial('events of other sockets are filtered out by the kernel', async (t) => {
  await mountTracing();
  await using pair = await openPair({ sharedUmem: true });
  using instance = openTraceInstance(batchBufferKib);
  const facts = factsOf(await looked(), pair.source);
  enableEvents(instance, [{ ...facts, id: 9999 }]);

  exchange(pair, 1);

  t.deepEqual(readEvents(instance)(), []);
});

test.serial('the graph has each hop, and the devices at both ends', async (t) => {
  await using pair = await openPair({ sharedUmem: false });
  const [source, target] = [flashId(pair.source), flashId(pair.target)];

  const { edges } = makeGraph(await looked());

  const own = edges.filter(({ from, to }) => [from, to].some((end) => [`s${source}`, `s${target}`].includes(end)));
  t.deepEqual(
    own.map(({ from, to, kind }) => `${from.replace(/^d.*/, 'device')} ${kind} ${to.replace(/^d.*/, 'device')}`),
    [`s${source} copy s${target}`, `device wire s${source}`, `s${target} wire device`],
  );
});

test.serial('the figures of Prometheus are those of the kernel', async (t) => {
  await using pair = await openPair({ sharedUmem: true });
  exchange(pair, 2);

  const text = await formatMetrics(await looked());

  const id = flashId(pair.source);
  const redirected = Number(/^redirected (\d+)$/m.exec(readAttribute(id, 'stats'))?.[1]);
  t.is(redirected, 32);
  t.regex(text, new RegExp(`^flash_redirected_descriptors_total\\{id="${id}",.*\\} 32$`, 'm'));
});
