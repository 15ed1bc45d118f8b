import { chmodSync, copyFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import test from 'ava';
import { commandMonitor } from '../../../nf/monitor/client.js';
import { startFunction, type NetworkFunction } from '../../demo/monitored/start-function.js';
import { startMonitor } from '../../demo/monitored/start-monitor.js';
import { inNetns } from '../../ffi/netns.js';
import { openPacketSocket } from '../../ffi/packet-socket.js';
import { hasFlash } from '../../flash/registry.js';
import { ipBatch, startIn } from '../../host/netns.js';
import { makeSocketDir } from '../../host/temporary.js';
import { nativePaths } from '../../native/build-native.js';
import { follow, type Followed } from '../../process/follow.js';
import { waitUntil } from '../../process/wait-until.js';
import { fragmentBytes } from './support/test-packets.js';
import { makeVeth } from './support/veth.js';

/*
 *  wire b --> a:0 first --> a:2 good --> wire b         first and good are of nobody, evil is of daemon
 *                       \-> a:1 evil                    (without FLASH: good has the wire, and evil is beside it)
 *
 * The memory of evil is one that functions may share, so that it can lie about whose frames are.
 */
const etherType = 0x88b5;
const [nobody, daemon] = ['65534', '1'];
const count = 20;
const deadlineMs = 60_000;
const notPermitted = 1;

const routed = `  first: { device: a, queue: 0, user: ${nobody}, input: true, to: [evil, good] }
  good: { device: a, queue: 2, user: ${nobody}, missing: drop }
`;
const unrouted = `  good: { device: a, queue: 0, user: ${nobody}, input: true }
`;
const text = `chain: web
memories:
  shared: { frames: 8192 }
functions:
  evil: { device: a, queue: 1, user: ${daemon}, missing: drop, memory: shared }
${hasFlash() ? routed : unrouted}`;
const honest = hasFlash() ? ['good', 'first'] : ['good'];

interface RunningChain {
  readonly monitor: Followed;
  /** The state of evil, from a monitor that still answers. */
  readonly stateOfEvil: () => Promise<unknown>;
  readonly reach: (state: string) => Promise<void>;
  /** Packets through the honest functions, all of which come back. Returns how many others came. */
  readonly passPackets: () => Promise<number>;
  readonly startEvil: (deed: string) => Followed;
  /** As a function like any other. */
  readonly startHonest: (name: string) => ReturnType<typeof startFunction>;
}

/** Has a monitor and the honest functions run meanwhile. */
async function withChain(work: (chain: RunningChain) => Promise<void>): Promise<void> {
  const dir = makeSocketDir('isolation');
  const functions: NetworkFunction[] = [];
  try {
    chmodSync(dir, 0o755);
    for (const program of ['l2fwd', 'hostile'] as const) copyFileSync(nativePaths[program], join(dir, program));
    await using veth = await makeVeth(3, 1);
    const { netns } = veth;
    await ipBatch(netns, ['link set lo up']);
    using wire = inNetns(netns, () => openPacketSocket(veth.b, etherType));
    const socket = join(dir, 'monitor.sock');
    await using monitor = await startMonitor({ netns, socket, state: join(dir, 'state.json') });
    await commandMonitor(socket, { command: 'apply', file: 'web.yaml', text });
    const as = (user: string): string[] => ['--reuid', user, '--regid', nobody, '--clear-groups'];
    const startHonest = async (name: string) => {
      const program = [join(dir, 'l2fwd'), '--chain', 'web', '--function', name, '--monitor', socket];
      const fn = await startFunction(netns, 'setpriv', [...as(name === 'evil' ? daemon : nobody), ...program]);
      if (!('refused' in fn)) functions.push(fn);
      return fn;
    };
    const stateOf = async (name: string): Promise<string | undefined> => {
      const status = (await commandMonitor(socket, { command: 'status' })) as Status;
      return status.functions[name]?.state;
    };
    const reach = (name: string, state: string): Promise<unknown> =>
      waitUntil(async () => (await stateOf(name)) === state, { what: `${name} to be ${state}`, deadlineMs });
    for (const name of honest) {
      await startHonest(name);
      await reach(name, 'running');
    }
    let next = 0;
    await work({
      monitor,
      stateOfEvil: () => stateOf('evil'),
      reach: async (state) => void (await reach('evil', state)),
      async passPackets() {
        const last = next + count;
        let others = 0;
        // The socket has room for these then.
        while (wire.receive() !== undefined) others++;
        for (let number = next; number < last; number++) wire.send(fragmentBytes(number, 0, 64));
        await waitUntil(
          () => {
            for (let frame = wire.receive(); frame !== undefined; frame = wire.receive()) {
              if (frame.equals(fragmentBytes(next, 0, 64))) next++;
              else others++;
            }
            return next === last;
          },
          { what: 'packets to come back', deadlineMs, intervalMs: 1, lastState: () => `${next} of ${last}` },
        );
        return others;
      },
      startEvil: (deed) =>
        follow(
          startIn(netns, 'setpriv', [...as(daemon), join(dir, 'hostile'), socket, 'web', 'evil', deed]),
          'the hostile function',
          0,
        ),
      startHonest,
    });
  } finally {
    for (const fn of functions) await fn.kill();
    rmSync(dir, { recursive: true });
  }
}

interface Status {
  readonly functions: Readonly<Record<string, { readonly state: string }>>;
}

const ready = async (evil: Followed): Promise<number> => Number((await evil.waitFor(/ready (\d+)/, { deadlineMs }))[1]);

const deeds = [
  { deed: 'scribble', title: 'a function that writes to its rings and its memory at any time harms nobody' },
  { deed: 'flood', title: 'a function that floods the monitor with connections and nonsense harms nobody' },
  { deed: 'connect', title: 'a function that connects and hangs up on and on harms nobody' },
  { deed: 'linger', title: 'a function that hands over what takes minutes to close harms nobody' },
] as const;

for (const { deed, title } of deeds) {
  test.serial(`${title}, and its rule holds when it dies`, async (t) => {
    await withChain(async ({ startEvil, stateOfEvil, reach, passPackets, startHonest }) => {
      await using evil = startEvil(deed);
      await ready(evil);

      await passPackets();
      t.is(await stateOfEvil(), 'running');
      await evil.stop();
      await reach('missing');
      await passPackets();
      t.false('refused' in (await startHonest('evil')), 'nothing that it left is in the way');
      await reach('running');
      await passPackets();
    });
  });
}

test.serial('a function can neither shrink nor grow nor lock its memory', async (t) => {
  await withChain(async ({ startEvil, passPackets }) => {
    await using evil = startEvil('resize');

    t.is(await ready(evil), notPermitted);
    await passPackets();
  });
});

test.serial(
  'a function that dies has gone, and a child with its descriptors keeps nothing but its queue',
  async (t) => {
    await withChain(async ({ monitor, startEvil, reach, passPackets, startHonest }) => {
      await using evil = startEvil('leave-child');
      const child = await ready(evil);
      try {
        await waitUntil(async () => (await passPackets()) > 0, { what: 'packets of evil on the wire', deadlineMs });
        await evil.stop();
        await reach('missing');
        t.true(monitor.stderr().includes('evil has gone'));
        // Those that were on the wire already.
        await passPackets();
        if (hasFlash()) t.is(await passPackets(), 0, 'what the child sends goes nowhere');
        t.deepEqual(await startHonest('evil'), {
          refused:
            'l2fwd: Resource temporarily unavailable: the queue of evil is not free, or a program is left that has had the ' +
            'memory shared',
        });
        await passPackets();
      } finally {
        process.kill(child, 'SIGKILL');
      }
      t.false('refused' in (await startHonest('evil')));
      await reach('running');
      await passPackets();
    });
  },
);
