import { existsSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'ava';
import { formatListing, makeListing } from '../../chains/list.js';
import { loadBpfObject } from '../../ffi/bpf-object.js';
import { closing } from '../../ffi/closing.js';
import { libbpf, xdpFlag } from '../../ffi/libbpf.js';
import { checkResult } from '../../ffi/native-error.js';
import { inNetns } from '../../ffi/netns.js';
import { openPacketSocket } from '../../ffi/packet-socket.js';
import { createUmem } from '../../ffi/umem.js';
import { indexOf } from '../../ffi/xdp-program.js';
import type { XdpVerdict } from '../../ffi/bpf-test-run.js';
import { setRoute } from '../../flash/registry.js';
import { runIn } from '../../host/netns.js';
import { run } from '../../process/run.js';
import { waitUntil } from '../../process/wait-until.js';
import { attachXdp } from '../../xdp/attach.js';
import type { Attachment } from '../../xdp/attachment.js';
import { programNamed } from '../../xdp/catalogue.js';
import { setQueueSocket, setVerdict } from '../../xdp/delivery.js';
import { startFlash } from './support/flash-command.js';
import { looked } from './support/observed.js';
import { flashId, openAll, openListed } from './support/routed-pair.js';
import { exchange, fragmentBytes } from './support/test-packets.js';
import { mountTracing } from './support/traced.js';
import { makeVeth, type VethPair } from './support/veth.js';

/*
 * What the tool and others show of the XDP programs in front of sockets.
 */

const deadlineMs = 120_000;
const etherType = 0x88b5;

const attachTo = ({ netns, a: ifname }: VethPair, ...programs: readonly string[]): Attachment =>
  attachXdp({ devices: [{ netns, ifname }], programs: programs.map(programNamed), mode: 'native' });

test.serial('the XDP programs of a device are named, in the order they run', async (t) => {
  await using veth = await makeVeth(1);
  using attachment = attachTo(veth, 'queue', 'firewall');
  using umem = createUmem({ frameCount: 8 });
  using socket = openListed({ netns: veth.netns, ifname: veth.a, queue: 0, umem });
  setQueueSocket(attachment, 0, socket.fd);

  const now = await looked();

  const device = now.devices.find(({ netns, ifname }) => netns === veth.netns && ifname === veth.a);
  t.deepEqual(
    device?.xdp.map(({ mode, runs }) => [mode, ...runs.map(({ name }) => name)]),
    [['native', 'xdp_firewall', 'xsk_redirect']],
  );
  t.regex(
    formatListing(makeListing(now, now)),
    new RegExp(`${veth.netns}/a +up +native (xdp_dispatcher \\d+: )?xdp_firewall \\d+, xsk_redirect \\d+\n`),
  );
});

const netdevsim = '/sys/bus/netdevsim';
const simulatedId = 9;

/** Runs programs in the driver, and pretends to run others itself. */
function makeSimulatedNic(): Disposable & { readonly ifname: string } {
  writeFileSync(join(netdevsim, 'new_device'), `${simulatedId} 1`);
  const [ifname = ''] = readdirSync(join(netdevsim, 'devices', `netdevsim${simulatedId}`, 'net'));
  return { ifname, [Symbol.dispose]: () => writeFileSync(join(netdevsim, 'del_device'), String(simulatedId)) };
}

(existsSync(netdevsim) ? test.serial : test.serial.skip)(
  'a device with XDP programs in two modes has both',
  async (t) => {
    using nic = makeSimulatedNic();
    const { ifname } = nic;
    await run('ip', ['link', 'set', 'dev', ifname, 'up']);
    using opened = closing();
    opened.use(attachXdp({ devices: [{ ifname }], programs: [programNamed('redirect-if')], mode: 'offload' }));
    const beside = opened.use(loadBpfObject({ path: programNamed('verdict').object }));
    const programFd = beside.programFd('xdp_verdict');
    checkResult('attaching a second program', libbpf.attach(indexOf(ifname), programFd, xdpFlag.native, null));
    using umem = createUmem({ frameCount: 8 });
    using _ = openListed({ ifname, queue: 0, umem });

    const { devices } = await looked();

    t.deepEqual(
      devices.find((each) => each.ifname === ifname)?.xdp.map(({ mode, name }) => `${mode} ${name}`),
      ['native xdp_verdict', 'offload xdp_redirect_if'],
    );
  },
);

interface Doubled extends Disposable {
  readonly socketId: number;
  /** What both programs say to every packet. */
  readonly say: (verdict: XdpVerdict) => void;
  /** A packet to each of the programs. */
  readonly send: () => void;
}

/** Pairs of devices with the same indices, each in its own network namespace, with programs; a socket is on the first. */
function openDoubled(pairs: readonly [VethPair, VethPair]): Doubled {
  using opened = closing();
  const programs = pairs.map((veth) => opened.use(attachTo(veth, 'verdict')));
  const umem = createUmem({ frameCount: 8 });
  opened.use({ [Symbol.dispose]: () => umem.close() });
  const [{ netns, a: ifname }] = pairs;
  const socket = opened.use(openListed({ netns, ifname, queue: 0, umem }));
  const wires = pairs.map(({ netns: each, b }) => opened.use(inNetns(each, () => openPacketSocket(b, etherType))));
  return {
    socketId: flashId(socket),
    say: (verdict) => programs.forEach((program) => setVerdict(program, verdict)),
    send: () => wires.forEach((wire) => wire.send(fragmentBytes(1, 0, 64))),
    ...opened.keep(),
  };
}

for (const [verdict, args, expected] of [
  ['aborted', [], (netns: string) => `xdp_exception +${netns}/a xdp_verdict \\d+  action=ABORTED$`],
  [
    'redirect',
    ['--json'],
    (netns: string) => `"name":"xdp_redirect_err",.*"action":"REDIRECT",.*"devices":\\["${netns}/a"\\]\\}$`,
  ],
] as const) {
  test.serial(
    `trace tells of packets that an XDP program loses by "${verdict}", on the device of a socket`,
    async (t) => {
      await mountTracing();
      await using own = await makeVeth(1);
      await using other = await makeVeth(1);
      using doubled = openDoubled([own, other]);
      doubled.say(verdict);
      await using traced = startFlash('trace', String(doubled.socketId), '--count', '3', ...args);

      const ended = await waitUntil(
        () => {
          doubled.send();
          return traced.ending();
        },
        { what: 'three events', deadlineMs, intervalMs: 50, lastState: () => traced.stdout() + traced.stderr() },
      );

      t.is(ended, 'exit code 0', traced.stderr());
      t.is(indexOf(own.a, own.netns), indexOf(other.a, other.netns));
      const lines = traced.stdout().trimEnd().split('\n');
      t.is(lines.length, 3);
      for (const line of lines) t.regex(line, new RegExp(expected(own.netns)));
    },
  );
}

/** Programs by device, and sockets with their rings, as other tools show them, but for a counter that rises with what is sent. */
async function shownByOthers(netns: string): Promise<readonly [net: string, sockets: string]> {
  const sockets = await runIn(netns, 'ss', ['--xdp', '-a', '-n', '-e']);
  return [await runIn(netns, 'bpftool', ['-j', 'net', 'show']), sockets.replace(/tx ring empty:\d+/g, '')];
}

const others = ['/usr/sbin/bpftool', '/usr/bin/ss'].every((path) => existsSync(path));

(others ? test.serial : test.serial.skip)(
  'bpftool and ss show programs and sockets as they were without routes',
  async (t) => {
    await using veth = await makeVeth(2);
    const { netns, a: ifname } = veth;
    using attachment = attachTo(veth, 'queue');
    using umem = createUmem({ frameCount: 256 });
    using opened = openAll([0, 1].map((queue) => ({ netns, ifname, queue, umem, busyPoll: false })));
    const [source, target] = opened.sockets as [(typeof opened.sockets)[0], (typeof opened.sockets)[0]];
    for (const [queue, socket] of opened.sockets.entries()) setQueueSocket(attachment, queue, socket.fd);

    const before = await shownByOthers(netns);
    setRoute(flashId(source), [flashId(target)]);
    const received = exchange({ source, target }, 2);
    const routed = await shownByOthers(netns);

    t.is(received.length, 32);
    t.deepEqual(routed, before);
    const [net, sockets] = routed;
    t.like(JSON.parse(net), [{ xdp: [{ devname: ifname, mode: 'driver' }] }]);
    for (const queue of [0, 1]) t.regex(sockets, new RegExp(`^UNCONN .* a:q${queue} `, 'm'));
  },
);
