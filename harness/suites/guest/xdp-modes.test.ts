import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'ava';
import { queryXdp } from '../../ffi/bpf-link.js';
import { inNetns } from '../../ffi/netns.js';
import { indexOf } from '../../ffi/xdp-program.js';
import { createNetns, deleteNetns, ipBatch } from '../../host/netns.js';
import { signalGroup } from '../../process/signal-group.js';
import { waitUntil } from '../../process/wait-until.js';
import { makeVeth } from './support/veth.js';
import { attachByCommand, runXdp } from './support/xdp-command.js';

/** A device whose driver runs no programs, in a network namespace of its own. */
async function makePlain(ifname: 'lo' | 'dummy'): Promise<AsyncDisposable & { readonly netns: string }> {
  const netns = `flash-modes-${process.pid}`;
  await createNetns(netns);
  if (ifname === 'dummy') await ipBatch(netns, ['link add name dummy type dummy']);
  await ipBatch(netns, [`link set dev ${ifname} up`]);
  return { netns, [Symbol.asyncDispose]: () => deleteNetns(netns) };
}

const noNativeMode = 'takes no XDP program in native mode: .*Underlying driver does not support XDP in native mode';

for (const ifname of ['lo', 'dummy'] as const) {
  test.serial(`${ifname}, whose driver has no native mode, is refused with the reason and what to do`, async (t) => {
    await using plain = await makePlain(ifname);
    const { netns } = plain;

    const { exitCode, stderr } = await runXdp(
      'attach',
      'firewall',
      '--device',
      ifname,
      '--netns',
      netns,
      '--mode',
      'native',
    );

    t.is(exitCode, 13);
    t.regex(stderr, new RegExp(`${ifname} ${noNativeMode}[\\s\\S]*--mode generic`));
    t.is(
      inNetns(netns, () => queryXdp(indexOf(ifname))),
      undefined,
    );
  });

  test.serial(`programs are on ${ifname} in generic mode if none is named, and the reason is told`, async (t) => {
    await using plain = await makePlain(ifname);
    const { netns } = plain;

    await using attached = await attachByCommand('firewall', '--device', ifname, '--netns', netns);

    t.regex(attached.stderr(), new RegExp(`${ifname} ${noNativeMode}`));
    t.regex(attached.stdout(), new RegExp(`${ifname}: firewall in generic mode`));
    t.is(inNetns(netns, () => queryXdp(indexOf(ifname)))?.mode, 'generic');
    await attached.stop();
  });
}

test.serial('a device that runs no programs itself is refused with what to do instead', async (t) => {
  await using veth = await makeVeth(1);
  const { netns, a } = veth;

  const { exitCode, stderr } = await runXdp('attach', 'firewall', '--device', a, '--netns', netns, '--mode', 'offload');

  t.not(exitCode, 0);
  t.regex(stderr, /a does not run firewall itself[\s\S]*--mode native/);
  t.is(
    inNetns(netns, () => queryXdp(indexOf(a))),
    undefined,
  );
});

const netdevsim = '/sys/bus/netdevsim';
const simulatedId = 7;
/** Every kernel that is built for guests has it. */
const isGuest = readFileSync('/proc/cmdline', 'utf8').includes('virtme');
const testSimulated = isGuest || existsSync(netdevsim) ? test.serial : test.serial.skip;
const unlessSimulated = testSimulated === test.serial ? '' : ' (there is no netdevsim here)';

/** Pretends to run programs that have a few small arrays. */
function makeSimulatedNic(): Disposable & { readonly ifname: string } {
  writeFileSync(join(netdevsim, 'new_device'), `${simulatedId} 1`);
  const [ifname = ''] = readdirSync(join(netdevsim, 'devices', `netdevsim${simulatedId}`, 'net'));
  return { ifname, [Symbol.dispose]: () => writeFileSync(join(netdevsim, 'del_device'), String(simulatedId)) };
}

testSimulated(
  `a NIC that runs programs itself is refused one that it cannot run, with the reason${unlessSimulated}`,
  async (t) => {
    using nic = makeSimulatedNic();

    const { exitCode, stderr } = await runXdp('attach', 'firewall', '--device', nic.ifname, '--mode', 'offload');

    t.not(exitCode, 0);
    t.regex(stderr, new RegExp(`${nic.ifname} does not run firewall itself`));
  },
);

for (const signal of ['SIGINT', 'SIGKILL'] as const) {
  testSimulated(
    `a program that a NIC runs itself comes off when the command ends by ${signal}${unlessSimulated}`,
    async (t) => {
      using nic = makeSimulatedNic();
      const there = (): string | undefined => queryXdp(indexOf(nic.ifname))?.mode;
      await using attached = await attachByCommand(
        ...['redirect-if', '--to', nic.ifname, '--device', nic.ifname, '--mode', 'offload'],
      );
      t.regex(attached.stdout(), /redirect-if in offload mode/);
      t.regex((await runXdp('list')).stdout, new RegExp(`${nic.ifname}.*offload.*xdp_redirect_if`));
      t.is(there(), 'offload');

      signalGroup(attached.pid, signal);
      await attached.end;

      await waitUntil(() => there() === undefined, {
        what: 'the program to come off',
        deadlineMs: 60_000,
        lastState: there,
      });
      t.pass();
    },
  );
}
