import test from 'ava';
import { setRoute } from '../../flash/registry.js';
import { borrowDevice, startPumpOn } from './testbed.js';

/* What a busy route leaves to the other sockets of its queue. */

test.serial('a socket beside a busy one that is routed sends in bounded time', async (t) => {
  const rounds = 100;
  // What two polls of a driver move, and the turns of a batch each that were under way.
  const most = 4 * 256;
  const device = await borrowDevice();
  // Polls of the driver are the measure, and not how late an interrupt is on a machine that emulates one.
  const busyPoll = device.zeroCopy;
  await using pump = await startPumpOn(device, { mode: 'share', queue: 0, ringSize: 128, batch: 128, rounds, busyPoll });
  const [busy = -1] = pump.ids();
  setRoute(busy, [busy]);

  pump.go();
  const report = (await pump.report()) as { readonly rounds: number; readonly most: number };

  t.true(report.most <= most, JSON.stringify(report));
  t.is(report.rounds, rounds);
});
