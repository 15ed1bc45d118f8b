import test from 'ava';
import { preferBusyPolling } from '../../ffi/busy-poll.js';
import { bindFlag } from '../../ffi/libc.js';
import { clearRoute } from '../../flash/registry.js';
import { run } from '../../process/run.js';
import { auditProblems } from './support/frame-audit.js';
import { countFrom, flashId, openPair, umemLayouts, umemsOf, type RoutedPair } from './support/routed-pair.js';
import { exchange } from './support/test-packets.js';
import { testbed } from './support/testbed.js';

const problems = (pair: RoutedPair): string[] => auditProblems(umemsOf(pair));

for (const { layout, sharedUmem } of umemLayouts) {
  test.serial(`sockets without need-wakeup redirect the same (${layout})`, async (t) => {
    const bindFlags = testbed.bindFlags & ~bindFlag.useNeedWakeup;
    await using pair = await openPair({ sharedUmem, source: { bindFlags }, target: { bindFlags } });

    t.deepEqual(exchange(pair, 50), countFrom(0, 800));
    t.deepEqual(problems(pair), []);
  });

  test.serial(`sockets that prefer busy polling redirect the same (${layout})`, async (t) => {
    await using pair = await openPair({ sharedUmem });
    preferBusyPolling(pair.source);
    preferBusyPolling(pair.target);

    t.deepEqual(exchange(pair, 50), countFrom(0, 800));
    t.deepEqual(problems(pair), []);
  });
}

test.serial('a routed source is told to ask for transmission, whatever its driver wants', async (t) => {
  await using pair = await openPair({ sharedUmem: true });

  t.true(pair.source.rings.tx.needsWakeup());
});

test.serial('ss shows routed sockets as it shows others', async (t) => {
  await using pair = await openPair({ sharedUmem: true });
  // A driver looks at idle queues now and then, which counts rings that it finds empty.
  const listed = async (): Promise<string> =>
    (await run('ip', ['netns', 'exec', pair.device.netns, 'ss', '-H', '-n', '--xdp', '--extended', '--info'])).replace(
      /( ring empty):\d+/g,
      '$1',
    );
  const routed = await listed();

  clearRoute(flashId(pair.source));

  t.is(await listed(), routed);
  t.is(routed.match(/\brx\(entries:64\)/g)?.length, 2);
  t.is(routed.match(/\btx\(entries:64\)/g)?.length, 2);
});
