import test from 'ava';
import { clearRoute, readStats, setRoute } from '../../flash/registry.js';
import { waitUntil } from '../../process/wait-until.js';
import { turns } from '../slow.js';
import { soonMs } from './support/ring-state.js';
import { umemLayouts } from './support/routed-pair.js';
import { borrowDevice, startPumpOn, testbed } from './support/testbed.js';
import { endless, flowsOn, idOf, pumpOn } from './support/traffic-ends.js';

/*
 * A source that sleeps while its route changes: the kernel may have looked at the old one, and has to
 * have it look at the new one.
 */
const changes = turns(200);

for (const { layout, sharedUmem } of umemLayouts) {
  for (const wait of ['poll', 'edge'] as const) {
    test.serial(
      `a source that sleeps in ${wait === 'poll' ? 'poll()' : 'edge-triggered epoll'} goes on over ${changes} changes of its route (${layout})`,
      async (t) => {
        t.timeout(280_000);
        await using device = await borrowDevice();
        const ends = { separate: !sharedUmem, wait, target: 'sleeps' } as const;
        await using pump = await startPumpOn(device, { mode: 'sleep', rounds: endless, ...ends });
        await using beside = await pumpOn(device, 'target', 2);
        const [source = -1, target = -1] = pump.ids();
        const second = idOf(beside);
        const routes = [[target], [second], [target, second], [], [second, target], []];
        setRoute(source, [target]);
        pump.go();

        for (let change = 0; change < changes; change++) {
          const route = routes[change % routes.length] ?? [];
          if (route.length > 0) {
            setRoute(source, route);
            await flowsOn(pump, source, `after ${change} changes, to ${route.join(' ')}`);
            continue;
          }
          clearRoute(source);
          // The counters of a NIC are read between packets, of which there is no end here.
          if (testbed.zeroCopy) continue;
          const before = await device.packetsOnWire();
          await waitUntil(async () => (await device.packetsOnWire()) > before + 300, {
            ...{ what: `packets on the wire after ${change} changes`, deadlineMs: soonMs, intervalMs: 2 },
            lastState: () => readStats(source),
          });
        }
        t.pass();
      },
    );
  }
}
