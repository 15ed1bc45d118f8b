import { appendFileSync, existsSync, mkdirSync, rmdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'ava';
import { inNetns } from '../../ffi/netns.js';
import { setRoute } from '../../flash/registry.js';
import { run } from '../../process/run.js';
import { waitUntil } from '../../process/wait-until.js';
import { turns } from '../slow.js';
import type { Device } from './support/device.js';
import { countFrom } from './support/routed-pair.js';
import { borrowDevice, startPumpOn } from './support/testbed.js';
import { during, idOf, redirected } from './support/traffic-ends.js';

const configfs = '/sys/kernel/config';

/** Sends what the kernel prints over a device, by netpoll: with interrupts off, from any context. */
async function openNetconsole({ netns, a }: Device): Promise<Disposable> {
  if (!existsSync(join(configfs, 'netconsole'))) await run('mount', ['-t', 'configfs', 'configfs', configfs]);
  const directory = join(configfs, 'netconsole', 'flash');
  const set = (name: string, value: string): void => inNetns(netns, () => writeFileSync(join(directory, name), value));
  mkdirSync(directory);
  for (const [name, value] of [
    ['dev_name', a],
    ['local_ip', '192.0.2.1'],
    ['remote_ip', '192.0.2.2'],
    ['remote_mac', '02:00:00:00:00:02'],
    ['enabled', '1'],
  ] as const)
    set(name, value);
  return {
    [Symbol.dispose]() {
      set('enabled', '0');
      rmdirSync(directory);
    },
  };
}

test.serial('the kernel prints over a device whose queues are on a route under load, and both go on', async (t) => {
  const lines = turns(400);
  await using device = await borrowDevice();
  await using target = await startPumpOn(device, { mode: 'target', queue: 0 });
  await using source = await startPumpOn(device, { mode: 'source', queue: 1 });
  const [from, to] = [idOf(source), idOf(target)];
  setRoute(from, [to]);
  for (const pump of [target, source]) pump.go();
  await during(
    () => undefined,
    () => redirected(from) > 500,
    'packets before',
  );
  const before = await device.packetsOnWire();
  let at = redirected(from);
  using _netconsole = await openNetconsole(device);

  for (const line of countFrom(0, lines)) {
    appendFileSync('/dev/kmsg', `<4>flash: line ${line} of ${lines} over netconsole`);
    // Routes of the queue change meanwhile, which waits for everybody who prints.
    if (line % 50 === 49) {
      await during(
        () => undefined,
        () => redirected(from) > at,
        'packets between lines',
      );
      setRoute(from, [to]);
      at = redirected(from);
    }
  }
  await during(
    () => undefined,
    () => redirected(from) > at + 500,
    'packets after',
  );
  // Whoever holds the console prints for the others, and netpoll does by and by what it cannot do at once.
  let sent = 0;
  await waitUntil(async () => (sent = (await device.packetsOnWire()) - before) >= lines, {
    what: 'every line to be on the wire',
    deadlineMs: 20_000,
    lastState: () => `${sent} of ${lines} lines`,
  });
  source.kill('SIGTERM');
  t.is((await source.end).exitCode, 0);
});
