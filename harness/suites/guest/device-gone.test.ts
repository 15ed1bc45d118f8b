import test from 'ava';
import { listIds, readAttribute, readSocket, refusalOf, setRoute, writeNext } from '../../flash/registry.js';
import { run } from '../../process/run.js';
import { auditProblem } from './support/frame-audit.js';
import { flashId, openListed, openPair } from './support/routed-pair.js';
import { recycle } from './support/socket-row.js';
import { borrowDevice, createTestUmem } from './support/testbed.js';
import { during, emptied, idOf, openEnd, pull, pumpOn, push, redirected } from './support/traffic-ends.js';
import { makeVeth } from './support/veth.js';

test.serial('the device of a target that is deleted under load empties the route', async (t) => {
  await using device = await borrowDevice();
  await using doomed = await makeVeth();
  using source = openEnd(device, 0);
  await using target = await pumpOn(doomed, 'target', 0);
  const targetId = idOf(target);
  setRoute(flashId(source), [targetId]);
  await during(
    () => push(source),
    () => redirected(flashId(source)) > 500,
    'packets before',
  );

  const deleting = run('ip', ['-n', doomed.netns, 'link', 'delete', 'dev', doomed.a]);
  await during(
    () => push(source),
    () => readAttribute(flashId(source), 'next') === emptied,
    'the route to be empty',
  );
  await deleting;
  const at = redirected(flashId(source));
  for (let turn = 0; turn < 100; turn++) push(source);

  t.is(redirected(flashId(source)), at);
  t.is(readAttribute(targetId, 'ifindex'), '-1\n');
  t.is(auditProblem(source.umem), undefined);
});

test.serial(
  'the device of a source that is deleted under load stops it, and its target keeps every frame',
  async (t) => {
    await using device = await borrowDevice();
    await using doomed = await makeVeth();
    using target = openEnd(device, 0);
    await using source = await pumpOn(doomed, 'source', 0);
    const sourceId = idOf(source);
    recycle(target, 32);
    setRoute(sourceId, [flashId(target)]);
    await during(
      () => pull(target),
      () => redirected(sourceId) > 500,
      'packets before',
    );

    const deleting = run('ip', ['-n', doomed.netns, 'link', 'delete', 'dev', doomed.a]);
    await during(
      () => pull(target),
      () => readAttribute(sourceId, 'ifindex') === '-1\n',
      'the source to lose its device',
    );
    await deleting;
    while (pull(target) > 0);

    t.false(readSocket(sourceId).route.includes(flashId(target)));
    t.not(readAttribute(sourceId, 'next'), '-1\n');
    t.is(auditProblem(target.umem), undefined);
  },
);

test.serial(
  'a socket whose device is gone is refused with ENXIO, as source and as target, and nothing changes',
  async (t) => {
    await using pair = await openPair({ sharedUmem: true });
    await using doomed = await makeVeth();
    using umem = createTestUmem({ frameCount: 64 });
    using gone = openListed({ netns: doomed.netns, ifname: doomed.a, queue: 0, umem });
    const [id, source, target] = [flashId(gone), flashId(pair.source), flashId(pair.target)];
    setRoute(id, [target]);
    await run('ip', ['-n', doomed.netns, 'link', 'delete', 'dev', doomed.a]);
    const before = readAttribute(id, 'next');

    const outcomes = [
      [id, '-1'],
      [id, String(target)],
      [source, String(id)],
      [source, `${target} ${id}`],
    ].map(([of, text]) => refusalOf(() => writeNext(of as number, text as string)));

    t.deepEqual(
      outcomes,
      outcomes.map(() => 'ENXIO'),
    );
    t.is(readAttribute(id, 'next'), before);
    t.is(readAttribute(id, 'ifindex'), '-1\n');
    t.is(readAttribute(id, 'qid'), '-1\n');
    t.deepEqual(readSocket(source).route, [target]);
    t.is(gone.kick(), 'ENXIO');
  },
);

test.serial(
  'a network namespace that goes with its programs under load leaves those outside as they were',
  async (t) => {
    await using device = await borrowDevice();
    const doomed = await makeVeth();
    using source = openEnd(device, 0);
    using target = openEnd(device, 1);
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
    await during(
      work,
      () => redirected(flashId(source)) > 500 && redirected(innerIds[1] as number) > 500,
      'packets both ways',
    );

    const deleting = doomed[Symbol.asyncDispose]();
    await during(work, () => true, 'a turn');
    await deleting;
    for (const pump of [inner, feeder]) pump.kill('SIGKILL');
    await during(work, () => !innerIds.some((id) => listIds().includes(id)), 'the programs inside to leave');
    while (pull(target) > 0);

    t.is(readAttribute(flashId(source), 'next'), emptied);
    t.is(auditProblem(source.umem), undefined);
    t.is(auditProblem(target.umem), undefined);
  },
);
