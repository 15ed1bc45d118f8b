import { existsSync } from 'node:fs';
import test from 'ava';
import { programOfId, queryXdp, readLink } from '../../ffi/bpf-link.js';
import { closing } from '../../ffi/closing.js';
import { dispatcherName } from '../../ffi/xdp-dispatcher.js';
import { indexOf } from '../../ffi/xdp-program.js';
import { inNetns } from '../../ffi/netns.js';
import { hasFlash } from '../../flash/registry.js';
import type { Followed } from '../../process/follow.js';
import { signalGroup } from '../../process/signal-group.js';
import { waitUntil } from '../../process/wait-until.js';
import { attachXdp } from '../../xdp/attach.js';
import type { Attachment } from '../../xdp/attachment.js';
import { catalogue, programNamed } from '../../xdp/catalogue.js';
import { openFirewall } from '../../xdp/firewall.js';
import { listXdp } from '../../xdp/list.js';
import { attachByCommand, mountBpffs, runXdp as run } from './support/xdp-command.js';
import { makeVeth, type VethPair } from './support/veth.js';

const deadlineMs = 60_000;
/** A dispatcher calls functions that programs replace, for which a kernel has to know its own types, and to allow it. */
const hasDispatcher = existsSync('/sys/kernel/btf/vmlinux') && hasFlash();

const isThere = ({ netns, a }: VethPair): boolean => inNetns(netns, () => queryXdp(indexOf(a))) !== undefined;

/** `npm run xdp -- attach`, once the programs are there. */
const attach = ({ netns, a }: VethPair, ...programs: readonly string[]): Promise<Followed & { pid: number }> =>
  attachByCommand(...programs, '--device', a, '--netns', netns);

const gone = (veth: VethPair): Promise<unknown> =>
  waitUntil(() => !isThere(veth), { what: 'the program to come off', deadlineMs });

for (const signal of ['SIGINT', 'SIGKILL'] as const) {
  test.serial(`programs come off when the command that attached them ends by ${signal}`, async (t) => {
    await using veth = await makeVeth(1);
    const attached = await attach(veth, 'firewall', 'queue');
    t.true(isThere(veth));

    signalGroup(attached.pid, signal);
    await attached.end;

    await t.notThrowsAsync(gone(veth));
  });
}

test.serial('what is pinned stays when its command has ended, and comes off when it is detached', async (t) => {
  await mountBpffs();
  await using veth = await makeVeth(1);
  const name = `test-${process.pid}`;
  const pin = () => run('attach', 'firewall', '--device', veth.a, '--netns', veth.netns, '--pin', name);
  const pinned = await pin();
  t.is(pinned.exitCode, 0, pinned.stderr);
  t.teardown(() => run('detach', name));

  t.true(isThere(veth));
  t.regex((await run('list', '--netns', veth.netns)).stdout, new RegExp(`firewall.*${name}`));
  t.is((await run('block', name, '198.51.100.0/24')).exitCode, 0);
  t.regex((await run('counters', name)).stdout, /198\.51\.100\.0/);
  t.regex((await pin()).stderr, new RegExp(`${name} is pinned already`));
  t.true(isThere(veth), 'who is refused takes nothing off');
  t.is((await run('detach', name)).exitCode, 0);

  t.false(isThere(veth));
  t.regex((await run('detach', name)).stderr, new RegExp(`nothing is pinned as ${name}`));
});

test.serial('all programs of a device are listed, in the order they run', async (t) => {
  await using veth = await makeVeth(1);
  await using attached = await attach(veth, 'firewall', 'dnat', 'queue');

  const { stdout } = await run('list', '--netns', veth.netns);

  t.regex(stdout, /xdp_firewall[\s\S]*xdp_dnat[\s\S]*xsk_redirect/);
  await attached.stop();
});

test.serial(
  hasDispatcher ? 'every program has a place in a dispatcher' : 'every program is on a device alone',
  async (t) => {
    await using veth = await makeVeth(1);

    const found = catalogue.map((program) => {
      using _attachment = attachXdp({ devices: [{ netns: veth.netns, ifname: veth.a }], programs: [program] });
      return inNetns(veth.netns, () => programOfId(queryXdp(indexOf(veth.a))?.programId ?? 0)?.name);
    });

    // Kernels cut names to 15 characters.
    const names = catalogue.map(({ program }) => (hasDispatcher ? dispatcherName : program.slice(0, 15)));
    t.deepEqual(found, names);
  },
);

test.serial(
  hasDispatcher
    ? 'programs of two commands live on one device'
    : 'a second command is told that a device has a program',
  async (t) => {
    await using veth = await makeVeth(1);
    await using first = await attach(veth, 'firewall');

    if (hasDispatcher) {
      const second = await attach(veth, 'queue');
      t.regex((await run('list', '--netns', veth.netns)).stdout, /firewall[\s\S]*xsk_redirect/);
      await first.stop();
      t.true(isThere(veth), 'the other still has it');
      await second.stop();
    } else {
      const refused = await run('attach', 'queue', '--device', veth.a, '--netns', veth.netns);
      t.regex(refused.stderr, /a has the XDP program xdp_firewall .* already/);
      t.true(isThere(veth));
      await first.stop();
    }

    await t.notThrowsAsync(gone(veth));
  },
);

test.serial('a device has programs only once their maps are filled and all of them are in their places', async (t) => {
  await using veth = await makeVeth(1);
  const seen: boolean[] = [];

  using attached = attachXdp({
    devices: [{ netns: veth.netns, ifname: veth.a }],
    programs: [programNamed('queue'), programNamed('firewall')],
    prepare({ mapFd }) {
      seen.push(isThere(veth));
      openFirewall(mapFd).block('198.51.100.0/24');
    },
  });

  t.deepEqual(seen, [false]);
  t.true(isThere(veth));
  t.deepEqual(openFirewall(attached.mapFd).blocked(), ['198.51.100.0/24']);
  // Links get their ids in the order they are made.
  const links = attached.links.map(({ fd }) => readLink(fd)).sort((a, b) => a.id - b.id);
  const kinds = links.map(({ kind }) => kind);
  t.deepEqual(kinds, hasDispatcher ? ['freplace', 'freplace', 'xdp'] : ['xdp']);
});

test.serial(
  hasDispatcher
    ? 'who is overtaken while it gets ready joins the dispatcher of who was faster'
    : 'who is overtaken while it gets ready is told that the device has a program',
  async (t) => {
    await using veth = await makeVeth(1);
    const devices = [{ netns: veth.netns, ifname: veth.a }];
    using faster = closing();
    let attempts = 0;
    const attachQueue = (): Attachment =>
      attachXdp({
        devices,
        programs: [programNamed('queue')],
        prepare() {
          if (attempts++ === 0) faster.use(attachXdp({ devices, programs: [programNamed('firewall')] }));
        },
      });

    if (hasDispatcher) {
      using _attached = attachQueue();
      const [device] = inNetns(veth.netns, listXdp);
      t.deepEqual(
        device?.programs.map(({ name }) => name),
        ['xdp_firewall', 'xsk_redirect'],
      );
      t.is(attempts, 2);
    } else {
      t.throws(attachQueue, { message: /takes no XDP program in native mode: (EBUSY|EEXIST)/ });
    }
    t.true(isThere(veth));
  },
);

test.serial(
  'programs that are attached without a dispatcher are said to be, with the reason of the kernel',
  async (t) => {
    await using veth = await makeVeth(1);

    await using attached = await attach(veth, 'firewall');

    if (hasDispatcher) t.is(attached.stderr(), '');
    else t.regex(attached.stderr(), /^flash: attached without a dispatcher, .*: the kernel says E[A-Z]+/m);
  },
);
