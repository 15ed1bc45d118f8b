import test from 'ava';
import { clearRoute, flashDir, readStats, setRoute } from '../../flash/registry.js';
import { start } from '../../process/run.js';
import { turns } from '../slow.js';
import { auditProblem } from './support/frame-audit.js';
import { countFrom, flashId, isSorted, openListed, openPair, umemLayouts, umemsOf } from './support/routed-pair.js';
import { fill, receive, reclaim, send } from './support/test-packets.js';
import { borrowDevice, startPumpOn, testbed } from './support/testbed.js';

for (const { layout, sharedUmem } of umemLayouts) {
  test.serial(`routes that change all the time lose, double and reorder nothing (${layout})`, async (t) => {
    await using pair = await openPair({ sharedUmem });
    using second = openListed({ netns: pair.device.netns, ifname: 'a', queue: 2, umem: pair.target.umem });
    const targets = [pair.target, second];
    const [first = -1, other = -1] = targets.map(flashId);
    const before = await pair.device.packetsOnWire();
    const loop = `for i in $(seq 100); do echo ${other} > next; echo ${first} ${other} > next; echo ${first} > next; done`;
    const changing = start('sh', ['-c', loop], { cwd: `${flashDir}/${flashId(pair.source)}` });
    let changed = false;
    void changing.then(() => (changed = true));
    const received = targets.map((): number[] => []);
    let sent = 0;

    for (let round = 0; !changed || pair.source.rings.tx.count() > 0; round++) {
      for (const target of targets) fill(target, 32 - target.rings.fill.count());
      const count = changed ? 0 : Math.min(16, pair.source.rings.tx.free());
      send(pair.source, countFrom(sent, count));
      sent += count;
      pair.source.kick();
      for (const [index, target] of targets.entries()) received[index]?.push(...receive(target));
      reclaim(pair.source);
      if (round % 8 === 0) await new Promise(setImmediate);
    }

    t.true(sent > 1000, `${sent} packets were sent`);
    t.true(received.every(isSorted));
    t.deepEqual(
      received.flat().sort((a, b) => a - b),
      countFrom(0, sent),
    );
    t.true(received.every((numbers) => numbers.length > 0));
    for (const umem of umemsOf(pair)) t.is(auditProblem(umem), undefined);
    t.is(await pair.device.packetsOnWire(), before);
  });
}

test.serial('setting and clearing a route while packets go to the wire keeps every frame', async (t) => {
  await using pair = await openPair({ sharedUmem: true, route: false });
  const source = flashId(pair.source);
  const target = flashId(pair.target);
  const before = await pair.device.packetsOnWire();
  let redirected = 0;

  for (let round = 0; round < 60; round++) {
    if (round % 2 === 0) setRoute(source, [target]);
    else clearRoute(source);
    fill(pair.target, 32 - pair.target.rings.fill.count());
    send(pair.source, countFrom(round * 16, 16));
    while (pair.source.rings.tx.count() > 0) pair.source.kick();
    redirected += receive(pair.target).length;
    reclaim(pair.source);
  }

  t.is(redirected, 30 * 16);
  t.is(readStats(source)['redirected'], redirected);
  t.is((await pair.device.packetsOnWire()) - before, 30 * 16);
  t.is(auditProblem(pair.source.umem), undefined);
});

test.serial('sources that share a completion ring each get their frames back', async (t) => {
  await using pair = await openPair({ sharedUmem: true });
  using wire = openListed({ netns: pair.device.netns, ifname: 'a', queue: 0, umem: pair.source.umem });
  const before = await pair.device.packetsOnWire();
  const received: number[] = [];

  for (let round = 0; round < 50; round++) {
    fill(pair.target, 16 - pair.target.rings.fill.count());
    send(pair.source, countFrom(round * 8, 8));
    send(wire, countFrom(10_000 + round * 8, 8));
    while (wire.rings.tx.count() + pair.source.rings.tx.count() > 0) {
      wire.kick();
      pair.source.kick();
      // What went to the wire comes back late, and while it is half full the ring has no room for redirects.
      reclaim(pair.source);
    }
    received.push(...receive(pair.target));
  }

  t.deepEqual(received, countFrom(0, 400));
  t.is((await pair.device.packetsOnWire()) - before, 400);
  t.is(auditProblem(pair.source.umem), undefined);
});

for (const sources of [2, 4]) {
  test.serial(
    `${sources} sources on processors of their own share a UMEM with their target, and no frame is lost, doubled or out of order`,
    async (t) => {
      // Sources that ask a driver for each batch keep it from its work.
      const packets = turns(testbed.zeroCopy ? 500 : 100_000);
      await using device = await borrowDevice();
      await using pump = await startPumpOn(device, { mode: 'race', rounds: packets, sources });
      const [target = -1, ...from] = pump.ids();
      for (const source of from) setRoute(source, [target]);

      pump.go();
      const report = (await pump.report()) as { readonly frames: number; readonly found: number };
      const { stashed = 0 } = readStats(target);
      pump.go();

      t.is((await pump.end).exitCode, 0);
      t.like(report, { sent: sources * packets, received: sources * packets, reordered: 0, doubled: 0 });
      // The driver filled its ring with the target's frames, or was not asked to.
      t.true(
        [0, testbed.driverFrames].includes(report.frames - report.found - stashed),
        JSON.stringify({ ...report, stashed }),
      );
    },
  );
}
