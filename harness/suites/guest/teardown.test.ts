import test from 'ava';
import { run } from '../../process/run.js';
import { waitUntil } from '../../process/wait-until.js';
import { createUmem } from '../../ffi/umem.js';
import type { XdpSocket } from '../../ffi/socket-types.js';
import { clearRoute, listIds, readAttribute, readSocket, readStats, setRoute } from '../../flash/registry.js';
import { startPump, type Pump, type PumpOptions } from '../../native/pump.js';
import { auditProblem } from './frame-audit.js';
import { flashId, openListed } from './routed-pair.js';
import { forward, recycle } from './socket-row.js';
import { writePacket } from './test-packets.js';
import { borrowVeth, makeVeth, packetsOnWire, type VethPair } from './veth.js';

/*
 * Each of these ends something while packets move. One end is a program of its own that does not
 * know, the other is the test's, whose every frame is looked for afterwards.
 */
const emptied = 'index\tflash_id\n';
const redirected = (id: number): number => readStats(id)['redirected'] ?? 0;

function openEnd(veth: VethPair, queue: number): XdpSocket {
  return openListed({ netns: veth.netns, ifname: veth.a, queue, umem: createUmem({ frameCount: 256 }) });
}

async function pumpOn(veth: VethPair, mode: PumpOptions['mode'], queue: number): Promise<Pump> {
  const pump = await startPump({ netns: veth.netns, mode, ifname: veth.a, queue });
  pump.go();
  return pump;
}

const idOf = (pump: Pump): number => pump.ids()[0] ?? -1;

/** Keeps TX full and the kernel looking at it. */
function push(source: XdpSocket): void {
  source.umem.give(source.rings.completion.consume());
  const room = Math.min(source.rings.tx.free(), source.umem.freeFrames.length);
  source.rings.tx.produce(Array.from({ length: room }, (_, number) => writePacket(source.umem, number)).flat());
  source.kick();
}

/** Takes what arrived and gives the frames back. Returns how many packets. */
function pull(target: XdpSocket): number {
  const arrived = target.rings.rx.consume();
  target.umem.give(arrived.map(({ addr }) => addr));
  recycle(target, 32);
  return arrived.length;
}

/** Repeats some work, in turns with everything else, until a condition holds. */
function during(work: () => void, until: () => boolean, what: string): Promise<unknown> {
  return waitUntil(
    () => {
      work();
      return until();
    },
    { what, deadlineMs: 20_000, intervalMs: 0 },
  );
}

test.serial('a target that is killed leaves the route, and its source stalls with all its frames', async (t) => {
  await using veth = await borrowVeth();
  using source = openEnd(veth, 0);
  await using first = await pumpOn(veth, 'target', 1);
  await using second = await pumpOn(veth, 'target', 2);
  const id = flashId(source);
  const before = packetsOnWire(veth);
  const [firstId, secondId] = [idOf(first), idOf(second)];
  setRoute(id, [firstId]);
  await during(() => push(source), () => redirected(id) > 1000, 'packets to the first target');

  first.kill('SIGKILL');
  await during(() => push(source), () => !listIds().includes(firstId), 'the killed target to leave');
  const route = readAttribute(id, 'next');
  const stalledAt = redirected(id);
  for (let turn = 0; turn < 100; turn++) push(source);
  const afterwards = redirected(id);
  const audited = auditProblem(source.umem);
  setRoute(id, [secondId]);
  await during(() => push(source), () => redirected(id) > stalledAt + 1000, 'packets to the second target');

  t.is(route, emptied);
  t.is(afterwards, stalledAt);
  t.is(audited, undefined);
  t.is(auditProblem(source.umem), undefined);
  t.is(packetsOnWire(veth), before);
});

test.serial('a source that is killed takes none of the frames of its target, and the other sources go on', async (t) => {
  await using veth = await borrowVeth();
  using target = openEnd(veth, 0);
  await using doomed = await pumpOn(veth, 'source', 1);
  await using other = await pumpOn(veth, 'source', 2);
  const [doomedId, otherId] = [idOf(doomed), idOf(other)];
  recycle(target, 32);
  for (const id of [doomedId, otherId]) setRoute(id, [flashId(target)]);
  await during(() => pull(target), () => redirected(doomedId) > 500 && redirected(otherId) > 500, 'packets from both sources');

  doomed.kill('SIGKILL');
  await during(() => pull(target), () => !listIds().includes(doomedId), 'the killed source to leave');
  const at = redirected(otherId);
  await during(() => pull(target), () => redirected(otherId) > at + 1000, 'packets from the other source');
  other.kill('SIGKILL');
  await during(() => pull(target), () => !listIds().includes(otherId), 'the other source to leave');
  while (pull(target) > 0);

  t.is(auditProblem(target.umem), undefined);
});

test.serial('a function in the middle that is killed stalls the one before it and starves the one behind', async (t) => {
  await using veth = await borrowVeth();
  using first = openEnd(veth, 0);
  using last = openEnd(veth, 2);
  await using middle = await pumpOn(veth, 'target', 1);
  await using behind = await pumpOn(veth, 'source', 3);
  const [middleId, behindId] = [idOf(middle), idOf(behind)];
  setRoute(flashId(first), [middleId]);
  setRoute(behindId, [flashId(last)]);
  const work = (): void => {
    push(first);
    pull(last);
  };
  await during(work, () => redirected(flashId(first)) > 500 && redirected(behindId) > 500, 'packets in both halves');

  middle.kill('SIGKILL');
  behind.kill('SIGKILL');
  await during(work, () => ![middleId, behindId].some((id) => listIds().includes(id)), 'both to leave');
  while (pull(last) > 0);

  t.is(readAttribute(flashId(first), 'next'), emptied);
  t.is(auditProblem(first.umem), undefined);
  t.is(auditProblem(last.umem), undefined);
});

test.serial('a link that goes down and up again under load keeps every frame', async (t) => {
  await using veth = await makeVeth();
  using source = openEnd(veth, 0);
  using target = openEnd(veth, 1);
  const id = flashId(source);
  recycle(target, 32);
  setRoute(id, [flashId(target)]);
  const work = (): void => {
    push(source);
    pull(target);
  };
  await during(work, () => redirected(id) > 500, 'packets before');
  const before = packetsOnWire(veth);

  await run('ip', ['-n', veth.netns, 'link', 'set', 'dev', veth.a, 'down']);
  const whenDown = source.kick();
  pull(target);
  const audited = [source, target].map(({ umem }) => auditProblem(umem));
  await run('ip', ['-n', veth.netns, 'link', 'set', 'dev', veth.a, 'up']);
  const at = redirected(id);
  await during(work, () => redirected(id) > at + 500, 'packets after');

  t.is(whenDown, 'ENETDOWN');
  t.deepEqual(audited, [undefined, undefined]);
  t.deepEqual([source, target].map(({ umem }) => auditProblem(umem)), [undefined, undefined]);
  t.is(packetsOnWire(veth), before);
});

test.serial('the device of a target that is deleted under load empties the route', async (t) => {
  await using veth = await borrowVeth();
  await using doomed = await makeVeth();
  using source = openEnd(veth, 0);
  await using target = await pumpOn(doomed, 'target', 0);
  const targetId = idOf(target);
  setRoute(flashId(source), [targetId]);
  await during(() => push(source), () => redirected(flashId(source)) > 500, 'packets before');

  const deleting = run('ip', ['-n', doomed.netns, 'link', 'delete', 'dev', doomed.a]);
  await during(() => push(source), () => readAttribute(flashId(source), 'next') === emptied, 'the route to be empty');
  await deleting;
  const at = redirected(flashId(source));
  for (let turn = 0; turn < 100; turn++) push(source);

  t.is(redirected(flashId(source)), at);
  t.is(readAttribute(targetId, 'ifindex'), '-1\n');
  t.is(auditProblem(source.umem), undefined);
});

test.serial('the device of a source that is deleted under load stops it, and its target keeps every frame', async (t) => {
  await using veth = await borrowVeth();
  await using doomed = await makeVeth();
  using target = openEnd(veth, 0);
  await using source = await pumpOn(doomed, 'source', 0);
  const sourceId = idOf(source);
  recycle(target, 32);
  setRoute(sourceId, [flashId(target)]);
  await during(() => pull(target), () => redirected(sourceId) > 500, 'packets before');

  const deleting = run('ip', ['-n', doomed.netns, 'link', 'delete', 'dev', doomed.a]);
  await during(() => pull(target), () => readAttribute(sourceId, 'ifindex') === '-1\n', 'the source to lose its device');
  await deleting;
  while (pull(target) > 0);

  t.is(readAttribute(sourceId, 'next'), emptied);
  t.is(auditProblem(target.umem), undefined);
});

test.serial('a network namespace that goes with its programs under load leaves those outside as they were', async (t) => {
  await using veth = await borrowVeth();
  const doomed = await makeVeth();
  using source = openEnd(veth, 0);
  using target = openEnd(veth, 1);
  await using inner = await pumpOn(doomed, 'target', 0);
  await using feeder = await pumpOn(doomed, 'source', 1);
  const innerIds = [idOf(inner), idOf(feeder)];
  recycle(target, 32);
  setRoute(flashId(source), [innerIds[0] as number]);
  setRoute(innerIds[1] as number, [flashId(target)]);
  const work = (): void => {
    push(source);
    pull(target);
  };
  await during(work, () => redirected(flashId(source)) > 500 && redirected(innerIds[1] as number) > 500, 'packets both ways');

  const deleting = doomed[Symbol.asyncDispose]();
  await during(work, () => true, 'a turn');
  await deleting;
  for (const pump of [inner, feeder]) pump.kill('SIGKILL');
  await during(work, () => !innerIds.some((id) => listIds().includes(id)), 'the programs inside to leave');
  while (pull(target) > 0);

  t.is(readAttribute(flashId(source), 'next'), emptied);
  t.is(auditProblem(source.umem), undefined);
  t.is(auditProblem(target.umem), undefined);
});

test.serial('sockets that open and close beside a route under load are none of its business', async (t) => {
  await using veth = await borrowVeth();
  using source = openEnd(veth, 0);
  using target = openEnd(veth, 1);
  const id = flashId(source);
  recycle(target, 32);
  setRoute(id, [flashId(target)]);
  let opened = 0;

  await during(
    () => {
      push(source);
      pull(target);
      using beside = openListed({ netns: veth.netns, ifname: veth.a, queue: opened % 2, umem: opened % 2 === 0 ? source.umem : target.umem });
      if (opened++ % 3 === 0) setRoute(flashId(beside), [flashId(target)]);
    },
    () => opened >= 60,
    'sixty sockets to come and go',
  );

  t.deepEqual(readSocket(id).route, [flashId(target)]);
  t.deepEqual([source, target].map(({ umem }) => auditProblem(umem)), [undefined, undefined]);
});

test.serial('a chain whose routes are cleared under load sends to the wire what is left, each packet once', async (t) => {
  await using veth = await borrowVeth();
  using first = openEnd(veth, 0);
  using second = openEnd(veth, 1);
  using third = openEnd(veth, 2);
  recycle(second, 32);
  recycle(third, 32);
  setRoute(flashId(first), [flashId(second)]);
  setRoute(flashId(second), [flashId(third)]);
  await during(
    () => {
      push(first);
      forward(second);
      second.kick();
      recycle(second, 32);
      pull(third);
    },
    () => redirected(flashId(second)) > 500,
    'packets through the chain',
  );
  const left = [first, second].map(({ rings }) => rings.tx.count());
  const before = packetsOnWire(veth);

  for (const socket of [first, second]) clearRoute(flashId(socket));
  await during(
    () => {
      for (const socket of [first, second]) {
        socket.kick();
        socket.umem.give(socket.rings.completion.consume());
      }
    },
    () => [first, second].every(({ rings }) => rings.tx.count() === 0),
    'both TX rings to empty',
  );

  t.is(packetsOnWire(veth) - before, left.reduce((sum, count) => sum + count, 0));
  for (const { umem } of [first, second, third]) t.is(auditProblem(umem), undefined);
});
