import { existsSync } from 'node:fs';
import test from 'ava';
import type { XdpSocket } from '../../ffi/socket-types.js';
import { readAttribute, setRoute } from '../../flash/registry.js';
import { nicCards } from '../../nics/model.js';
import { nicTestbedSchema, testbedVariable } from '../testbed-options.js';
import { driverModule, setUpAgain } from './support/nic-testbed.js';
import { flashId } from './support/routed-pair.js';
import { recycle } from './support/socket-row.js';
import { borrowDevice } from './support/testbed.js';
import { during, emptied, idOf, openEnd, pull, pumpOn, push, redirected } from './support/traffic-ends.js';
import { makeVeth } from './support/veth.js';

/*
 * On a kernel for machines the driver is a module, which goes and comes while FLASH, which is built in, stays. Both
 * ports go with it.
 */
const { model, modules = '' } = nicTestbedSchema.parse(JSON.parse(process.env[testbedVariable] ?? '{}'));
const { driver } = nicCards[model];
const rounds = 2;

const isLoaded = (): boolean => existsSync(`/sys/module/${driver}`);

/** Takes the module away while some work goes on, brings it back with other work, and its ports as they were. */
async function reload(work: () => void, meanwhile: () => void): Promise<void> {
  const module = driverModule(model, modules);
  let over = false;
  const unloading = module.unload().finally(() => (over = true));
  await Promise.all([unloading, during(work, () => over, 'the module to go')]);
  meanwhile();
  await module.load();
  await setUpAgain(model);
}

const deviceOf = (socket: XdpSocket): string => readAttribute(flashId(socket), 'ifindex');

test.serial(
  'a driver that is unloaded under load leaves no socket a device, and loaded again it carries new ones',
  async (t) => {
    for (let round = 0; round < rounds; round++) {
      const device = await borrowDevice();
      using source = openEnd(device, 0, { busyPoll: false });
      using target = openEnd(device, 1, { busyPoll: false });
      const id = flashId(source);
      recycle(target, 32);
      setRoute(id, [flashId(target)]);
      const work = (): void => {
        push(source);
        pull(target);
      };
      await during(work, () => redirected(id) > 500, `packets in round ${round}`);

      await reload(work, () => {
        const left = redirected(id);
        for (let turn = 0; turn < 100; turn++) work();

        t.false(isLoaded());
        t.is(redirected(id), left);
        t.deepEqual([source, target].map(deviceOf), ['-1\n', '-1\n']);
      });
      t.true(isLoaded());
    }
  },
);

test.serial('a source elsewhere goes on to a target of the driver that was unloaded and loaded again', async (t) => {
  await using veth = await makeVeth();
  await using source = await pumpOn(veth, 'source', 0);
  const id = idOf(source);

  for (let round = 0; round < rounds; round++) {
    using target = openEnd(await borrowDevice(), 0, { busyPoll: false });
    recycle(target, 32);
    setRoute(id, [flashId(target)]);
    const at = redirected(id);
    const work = (): void => void pull(target);
    await during(work, () => redirected(id) > at + 500, `packets in round ${round}`);

    await reload(work, () => {
      const left = redirected(id);
      for (let turn = 0; turn < 100; turn++) work();

      t.is(readAttribute(id, 'next'), emptied);
      t.is(redirected(id), left);
      t.is(deviceOf(target), '-1\n');
    });
  }
});

test.serial('a target elsewhere gets packets again from a driver that was unloaded and loaded again', async (t) => {
  await using veth = await makeVeth();
  await using target = await pumpOn(veth, 'target', 0);

  for (let round = 0; round < rounds; round++) {
    using source = openEnd(await borrowDevice(), 0, { busyPoll: false });
    const id = flashId(source);
    setRoute(id, [idOf(target)]);
    const work = (): void => void push(source);
    await during(work, () => redirected(id) > 500, `packets in round ${round}`);

    await reload(work, () => {
      const left = redirected(id);
      for (let turn = 0; turn < 100; turn++) work();

      t.is(redirected(id), left);
      t.is(deviceOf(source), '-1\n');
      t.not(readAttribute(idOf(target), 'ifindex'), '-1\n');
    });
  }
});
