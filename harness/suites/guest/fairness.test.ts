import test from 'ava';
import { setRoute } from '../../flash/registry.js';
import { gatherOnProcessor } from './support/one-processor.js';
import { borrowDevice, startPumpOn, testbed } from './support/testbed.js';

/* What a busy route leaves to the other sockets of its queue. */

const rounds = 100;

/** How many packets of a busy socket are moved while each of one beside it waits to be sent. */
async function waits(): Promise<readonly number[]> {
  const device = await borrowDevice();
  // Polls of the driver are the measure, and not how late an interrupt is on a machine that emulates one: else the busy
  // one leaves it time. And not how late a processor is: on another one it would go on moving packets meanwhile.
  const busyPoll = device.zeroCopy && testbed.busyPolls;
  await using pump = await startPumpOn(device, {
    mode: 'share',
    queue: 0,
    ringSize: 128,
    batch: 128,
    rounds,
    busyPoll,
  });
  using _gathered = await gatherOnProcessor(0, { pid: pump.pid, device });
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
  const each = await waits();
  const late = each.filter((moved) => moved > bound);

  t.is(each.length, rounds);
  t.true(late.length <= mayBeLate, `of ${rounds} packets waited too long: ${late.join(', ')}`);
});
