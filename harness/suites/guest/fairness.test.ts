import test from 'ava';
import { min } from 'd3-array';
import { setRoute } from '../../flash/registry.js';
import { borrowDevice, startPumpOn } from './support/testbed.js';

/* What a busy route leaves to the other sockets of its queue. */

const rounds = 100;

/** How many packets of a busy socket are moved while each of one beside it waits to be sent. */
async function waits(): Promise<readonly number[]> {
  const device = await borrowDevice();
  // Polls of the driver are the measure, and not how late an interrupt is on a machine that emulates one.
  const busyPoll = device.zeroCopy;
  await using pump = await startPumpOn(device, {
    mode: 'share',
    queue: 0,
    ringSize: 128,
    batch: 128,
    rounds,
    busyPoll,
  });
  const [busy = -1] = pump.ids();
  setRoute(busy, [busy]);
  pump.go();
  const report = (await pump.report()) as { readonly waits: readonly number[] };
  return report.waits;
}

test.serial('a socket beside a busy one that is routed sends in bounded time', async (t) => {
  // What one poll of a driver moves.
  const bound = 256;
  const mayBeLate = 3;
  // The host of a guest may stop the processor that polls, and let the other one go on moving packets.
  const late: number[] = [];
  while (late.length < 3 && (min(late) ?? Infinity) > mayBeLate) {
    const each = await waits();
    t.is(each.length, rounds);
    late.push(each.filter((moved) => moved > bound).length);
  }

  t.true((min(late) ?? Infinity) <= mayBeLate, `of ${rounds} packets waited too long: ${late.join(', then ')}`);
});
