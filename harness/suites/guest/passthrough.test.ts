import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import test from 'ava';
import { FlashError } from '../../errors.js';
import { bundleOf, repositoryRoot } from '../../host/repository.js';
import { nativePaths } from '../../native/build-native.js';
import { withDevices } from '../../passthrough/with-devices.js';
import { follow } from '../../process/follow.js';
import { attempt, run, start } from '../../process/run.js';
import { keepDeviceProgram } from '../keep-device-program.js';
import { passthroughAddresses } from '../passthrough-devices.js';
import { endedWell, readNic, startInnerGuest } from './support/inner-guest.js';

/*
 *    this guest, which has an emulated IOMMU            a guest of this guest
 *  +------------------------------------------+       +----------------------+
 *  |  peer (e1000e) ==== wire ==== lan7 (e1000e) ---> |  one program on it   |
 *  +------------------------------------------+       +----------------------+
 */
const [nic, peer] = passthroughAddresses;
const guestDrivers = ['e1000e'];
const deadlineMs = 280_000;
const cli = join(repositoryRoot, 'dist', 'harness', 'cli.js');

test.serial.before('the NIC is not as its driver makes it', async () => {
  // Built in, in a kernel of ours.
  await attempt('modprobe', ['e1000e']);
  const { name } = await readNic(nic);
  await run('ip', ['link', 'set', 'dev', name, 'down']);
  await run('ip', ['link', 'set', 'dev', name, 'name', 'lan7', 'mtu', '1400', 'address', '52:54:00:f1:a5:77']);
  await run('ip', ['link', 'set', 'dev', 'lan7', 'up']);
  await run('ip', ['link', 'set', 'dev', (await readNic(peer)).name, 'name', 'peer', 'up']);
});

test.serial('a NIC with an address is refused, and stays as it is', async (t) => {
  await run('ip', ['address', 'add', '10.9.8.7/24', 'dev', 'lan7']);
  t.teardown(() => run('ip', ['address', 'delete', '10.9.8.7/24', 'dev', 'lan7']));
  const before = await readNic(nic);

  const error = await t.throwsAsync(
    withDevices([nic], async () => undefined, { guestDrivers }),
    { instanceOf: FlashError },
  );

  t.regex((error as FlashError).details.logTail ?? '', /^lan7 has 10\.9\.8\.7\/24: [^\n]*$/);
  t.deepEqual(await readNic(nic), before);
  t.is(before.driver, 'e1000e');
});

test.serial('a guest sends and receives on the NIC, which is as it was afterwards', async (t) => {
  const before = await readNic(nic);
  const word = randomUUID();
  await using answering = follow(start(nativePaths.passthroughPeer, ['peer']), 'the peer');
  await answering.waitFor(/^ready$/m, { deadlineMs });

  const { exitCode, stdout, stderr } = await withDevices(
    [nic],
    async ({ addresses }) => startInnerGuest(addresses, word).end,
    { guestDrivers },
  );

  const [, mac] = /^NIC (\S+)$/m.exec(stdout) ?? [];
  t.is(exitCode, endedWell, stderr);
  t.regex(stdout, /^answered$/m);
  t.is(answering.stdout(), `ready\n${mac} ${word}\n`);
  t.deepEqual(await readNic(nic), before);
});

test.serial('a NIC is given back on demand if its run was killed and its guest goes on', async (t) => {
  const before = await readNic(nic);
  const input = JSON.stringify({ address: nic, guestDrivers });
  const keeper = start(process.execPath, [bundleOf(`programs/${keepDeviceProgram.name}`)], { input });
  await using keeping = follow(keeper, 'who keeps the NIC');
  await keeping.waitFor(/"sent"/, { deadlineMs });

  process.kill(keeper.pid ?? 0, 'SIGKILL');
  await keeping.end;
  const orphaned = await readNic(nic);
  const said = await run(process.execPath, [cli, 'test', 'nic', '--give-back']);

  t.is(orphaned.driver, 'vfio-pci');
  t.is(said, `${nic} has its driver again\n`);
  t.deepEqual(await readNic(nic), before);
});
