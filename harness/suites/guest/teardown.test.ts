import test from 'ava';
import { clearRoute, listIds, readAttribute, readSocket, setRoute } from '../../flash/registry.js';
import { auditProblem } from './support/frame-audit.js';
import { setLink, upAtEnd } from './support/link.js';
import { flashId, openListed } from './support/routed-pair.js';
import { forward, recycle } from './support/socket-row.js';
import { reclaim } from './support/test-packets.js';
import { borrowDevice, testbed } from './support/testbed.js';
import { comeToRest, during, emptied, idOf, openEnd, pull, pumpOn, push, redirected } from './support/traffic-ends.js';

test.serial('a target that is killed leaves the route, and its source stalls with all its frames', async (t) => {
  await using device = await borrowDevice();
  using source = openEnd(device, 0);
  await using first = await pumpOn(device, 'target', 1);
  await using second = await pumpOn(device, 'target', 2);
  const id = flashId(source);
  const before = await device.packetsOnWire();
  const [firstId, secondId] = [idOf(first), idOf(second)];
  setRoute(id, [firstId]);
  await during(
    () => push(source),
    () => redirected(id) > 1000,
    'packets to the first target',
  );

  first.kill('SIGKILL');
  await during(
    () => push(source),
    () => !listIds().includes(firstId),
    'the killed target to leave',
  );
  const route = readAttribute(id, 'next');
  const stalledAt = redirected(id);
  for (let turn = 0; turn < 100; turn++) push(source);
  const afterwards = redirected(id);
  const audited = auditProblem(source.umem);
  setRoute(id, [secondId]);
  await during(
    () => push(source),
    () => redirected(id) > stalledAt + 1000,
    'packets to the second target',
  );

  t.is(route, emptied);
  t.is(afterwards, stalledAt);
  t.is(audited, undefined);
  t.is(auditProblem(source.umem), undefined);
  t.is(await device.packetsOnWire(), before);
});

test.serial(
  'a source that is killed takes none of the frames of its target, and the other sources go on',
  async (t) => {
    await using device = await borrowDevice();
    using target = openEnd(device, 0);
    await using doomed = await pumpOn(device, 'source', 1);
    await using other = await pumpOn(device, 'source', 2);
    const [doomedId, otherId] = [idOf(doomed), idOf(other)];
    recycle(target, 32);
    for (const id of [doomedId, otherId]) setRoute(id, [flashId(target)]);
    await during(
      () => pull(target),
      () => redirected(doomedId) > 500 && redirected(otherId) > 500,
      'packets from both sources',
    );

    doomed.kill('SIGKILL');
    await during(
      () => pull(target),
      () => !listIds().includes(doomedId),
      'the killed source to leave',
    );
    const at = redirected(otherId);
    await during(
      () => pull(target),
      () => redirected(otherId) > at + 1000,
      'packets from the other source',
    );
    other.kill('SIGKILL');
    await during(
      () => pull(target),
      () => !listIds().includes(otherId),
      'the other source to leave',
    );
    while (pull(target) > 0);

    t.is(auditProblem(target.umem), undefined);
  },
);

test.serial(
  'a function in the middle that is killed stalls the one before it and starves the one behind',
  async (t) => {
    await using device = await borrowDevice();
    using first = openEnd(device, 0);
    using last = openEnd(device, 2);
    await using middle = await pumpOn(device, 'target', 1);
    await using behind = await pumpOn(device, 'source', 3);
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
  },
);

test.serial('a link that goes down and up again under load keeps every frame', async (t) => {
  await using device = await borrowDevice();
  using source = openEnd(device, 0);
  using target = openEnd(device, 1);
  const id = flashId(source);
  recycle(target, 32);
  setRoute(id, [flashId(target)]);
  const work = (): void => {
    push(source);
    pull(target);
  };
  await during(work, () => redirected(id) > 500, 'packets before');
  const before = await device.packetsOnWire();

  upAtEnd(t, device, device.a);
  await setLink(device, device.a, 'down');
  const whenDown = source.kick();
  await comeToRest(source, target);
  const audited = [source, target].map(({ umem }) =>
    auditProblem(umem, { deviceIsDown: !testbed.keepsFramesWhileDown }),
  );
  await setLink(device, device.a, 'up');
  const at = redirected(id);
  await during(work, () => redirected(id) > at + 500, 'packets after');
  await comeToRest(source, target);

  t.is(whenDown, 'ok');
  t.deepEqual(audited, [undefined, undefined]);
  t.deepEqual(
    [source, target].map(({ umem }) => auditProblem(umem)),
    [undefined, undefined],
  );
  t.is(await device.packetsOnWire(), before);
});

test.serial('sockets that open and close beside a route under load are none of its business', async (t) => {
  await using device = await borrowDevice();
  using source = openEnd(device, 0);
  using target = openEnd(device, 1);
  const id = flashId(source);
  recycle(target, 32);
  setRoute(id, [flashId(target)]);
  let opened = 0;

  await during(
    () => {
      push(source);
      pull(target);
      using beside = openListed({
        netns: device.netns,
        ifname: device.a,
        queue: opened % 2,
        umem: opened % 2 === 0 ? source.umem : target.umem,
      });
      if (opened++ % 3 === 0) setRoute(flashId(beside), [flashId(target)]);
    },
    () => opened >= 60,
    'sixty sockets to come and go',
  );
  await comeToRest(source, target);

  t.deepEqual(readSocket(id).route, [flashId(target)]);
  t.deepEqual(
    [source, target].map(({ umem }) => auditProblem(umem)),
    [undefined, undefined],
  );
});

test.serial(
  'a chain whose routes are cleared under load sends to the wire what is left, each packet once',
  async (t) => {
    await using device = await borrowDevice();
    using first = openEnd(device, 0);
    using second = openEnd(device, 1);
    using third = openEnd(device, 2);
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
    const before = await device.packetsOnWire();

    for (const socket of [first, second]) clearRoute(flashId(socket));
    await during(
      () => {
        for (const socket of [first, second]) {
          socket.kick();
          reclaim(socket);
        }
      },
      () => [first, second].every(({ rings }) => rings.tx.count() === 0),
      'both TX rings to empty',
    );

    // All that was ever put on TX went the one way or the other.
    const left = [first, second].map(
      (socket) => (socket.rings.tx.memory.producer[0] ?? 0) - redirected(flashId(socket)),
    );
    t.is(
      (await device.packetsOnWire()) - before,
      left.reduce((sum, count) => sum + count, 0),
    );
    for (const { umem } of [first, second, third]) t.is(auditProblem(umem), undefined);
  },
);
