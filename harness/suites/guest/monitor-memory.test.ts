import { chmodSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import test from 'ava';
import * as z from 'zod';
import { commandMonitor } from '../../../nf/monitor/client.js';
import { l2fwds, type Example } from '../../demo/monitored/examples.js';
import { startFunction, type NetworkFunction } from '../../demo/monitored/start-function.js';
import { startMonitor } from '../../demo/monitored/start-monitor.js';
import { inNetns } from '../../ffi/netns.js';
import { openPacketSocket, type PacketSocket } from '../../ffi/packet-socket.js';
import { hasFlash, listSockets } from '../../flash/registry.js';
import { makeSocketDir } from '../../host/temporary.js';
import { waitUntil } from '../../process/wait-until.js';
import { fragmentBytes } from './support/test-packets.js';
import { makeVeth } from './support/veth.js';

/*
 *  wire b --> a:0 first --> a:1 second --> wire b      (without FLASH: first has the wire, and second is beside it)
 *                 \___ inner ___/
 */
const etherType = 0x88b5;
const nobody = '65534';
const [share, count] = [512, 20];
/** The socket on the wire has room for two of these, and some more. */
const burst = 100;
const deadlineMs = 60_000;
const names = ['first', 'second'] as const;
type Name = (typeof names)[number];

const text = `chain: web
memories:
  inner: { frames: ${2 * share} }
functions:
  first:
    { device: a, queue: 0, user: ${nobody}, memory: inner, frames: ${share}, ring: 256, input: true, to: [${hasFlash() ? 'second' : ''}] }
  second: { device: a, queue: 1, user: ${nobody}, memory: inner, frames: ${share}, ring: 256 }
`;
const statusSchema = z.object({
  memories: z.object({
    inner: z.object({ nobody: z.number().optional(), functions: z.record(z.string(), z.number()).optional() }),
  }),
});

/** Packets on the wire, none of which comes back changed or twice. */
function makeTraffic(wire: PacketSocket) {
  const back = new Set<number>();
  let [next, wrong] = [0, 0];
  const take = (): void => {
    for (let frame = wire.receive(); frame !== undefined; frame = wire.receive()) {
      const number = frame.readUInt32BE(14);
      if (back.has(number) || number >= next || !frame.equals(fragmentBytes(number, 0, 64))) wrong++;
      back.add(number);
    }
  };
  const send = (packets: number): number[] =>
    Array.from({ length: packets }, () => {
      wire.send(fragmentBytes(next, 0, 64));
      return next++;
    });
  return {
    wrong: () => wrong,
    send,
    take,
    /** Packets that all come back. */
    async pass(): Promise<void> {
      take();
      const sent = send(count);
      const missing = (): number[] => {
        take();
        return sent.filter((number) => !back.has(number));
      };
      await waitUntil(() => missing().length === 0, {
        what: 'packets to come back',
        deadlineMs,
        intervalMs: 1,
        lastState: missing,
      });
    },
  };
}

interface RunningChain {
  readonly traffic: ReturnType<typeof makeTraffic>;
  readonly start: (name: Name) => Promise<void>;
  readonly kill: (name: Name) => Promise<void>;
  /** Until the monitor has noticed. */
  readonly noticed: (name: Name) => Promise<unknown>;
  readonly stopMonitor: () => Promise<void>;
  /** Another one, until it says all of this. */
  readonly restartMonitor: (...said: readonly string[]) => Promise<void>;
  /** Until all frames are where they belong: each function has its share. */
  readonly comeToRest: () => Promise<unknown>;
  readonly sockets: () => ReturnType<typeof listSockets>;
}

async function withChain(
  programs: Readonly<Record<Name, Example>>,
  work: (chain: RunningChain) => Promise<void>,
): Promise<void> {
  const dir = makeSocketDir('memory');
  const functions = new Map<Name, NetworkFunction>();
  let stop = async (): Promise<void> => undefined;
  try {
    chmodSync(dir, 0o755);
    await using veth = await makeVeth(2, 1);
    const { netns } = veth;
    using wire = inNetns(netns, () => openPacketSocket(veth.b, etherType));
    const socket = join(dir, 'monitor.sock');
    let log = (): string => '';
    const startIt = async (): Promise<void> => {
      const monitor = await startMonitor({ netns, socket, state: join(dir, 'state.json') });
      [log, stop] = [() => monitor.stderr(), async () => void (await monitor.stop())];
    };
    const said = (what: string): Promise<unknown> =>
      waitUntil(() => log().includes(what), { what: `the monitor to say: ${what}`, deadlineMs, lastState: log });
    const owners = async (): Promise<string> => {
      const { memories } = statusSchema.parse(await commandMonitor(socket, { command: 'status' }));
      return JSON.stringify([...names.map((name) => memories.inner.functions?.[name]), memories.inner.nobody]);
    };
    await startIt();
    await commandMonitor(socket, { command: 'apply', file: 'web.yaml', text });
    await work({
      traffic: makeTraffic(wire),
      async start(name) {
        const [program, ...before] = programs[name].asUser(nobody, dir);
        const place = ['--chain', 'web', '--function', name, '--monitor', socket];
        const fn = await startFunction(netns, program, [...before, ...place]);
        if ('refused' in fn) throw new Error(fn.refused);
        functions.set(name, fn);
        await said(`${name} is process ${fn.pid}\n`);
      },
      async kill(name) {
        await functions.get(name)?.kill();
      },
      noticed: (name) => {
        const pid = functions.get(name)?.pid;
        const since = (): string => log().slice(log().lastIndexOf(`${name} is process ${pid}`));
        return waitUntil(() => since().includes(`${name} has gone`), {
          what: `the monitor to notice that ${name} is not there any more`,
          deadlineMs,
          lastState: log,
        });
      },
      stopMonitor: () => stop(),
      async restartMonitor(...words) {
        await startIt();
        for (const each of words) await said(each);
      },
      comeToRest: () =>
        waitUntil(async () => (await owners()) === JSON.stringify([share, share, 0]), {
          what: 'each function to have its share',
          deadlineMs,
          lastState: owners,
        }),
      sockets: () => inNetns(netns, listSockets),
    });
  } finally {
    for (const fn of functions.values()) await fn.kill();
    await stop();
    rmSync(dir, { recursive: true });
  }
}

const { c, rust, typescript } = l2fwds;
const pairs = [
  { what: 'two functions in C', programs: { first: c, second: c }, kills: 20 },
  { what: 'functions in C and in Rust', programs: { first: c, second: rust }, kills: 20 },
  { what: 'functions in TypeScript and in C', programs: { first: typescript, second: c }, kills: 4 },
] as const;

for (const { what, programs, kills } of pairs) {
  const missing = names.map((name): Example => programs[name]).find((each) => each.missing !== undefined)?.missing;
  const title = `${what} share a memory, and lose none of its frames when they are killed with packets in hand`;
  const serial = missing === undefined ? test.serial : test.serial.skip;
  serial(missing === undefined ? title : `${title}: ${missing}`, async (t) => {
    t.timeout(10 * deadlineMs);
    await withChain(programs, async (chain) => {
      const { traffic } = chain;
      for (const name of names.toReversed()) await chain.start(name);
      await traffic.pass();
      await chain.comeToRest();
      if (hasFlash()) {
        const sockets = chain.sockets();
        t.is(new Set(sockets.map(({ umem }) => umem)).size, 1);
        t.is(sockets.find(({ qid }) => qid === 0)?.stats['redirected'], count);
        t.true(sockets.every(({ stats }) => stats['copied'] === 0));
      }

      for (let round = 0; round < kills; round++) {
        const victim = names[round % names.length] ?? 'first';
        const other = names.find((name) => name !== victim) ?? 'second';
        traffic.send(burst);
        await chain.kill(victim);
        await chain.noticed(victim);
        if (round === kills / 2) {
          await chain.stopMonitor();
          traffic.send(burst);
          await chain.restartMonitor(`${other} is process`);
        }
        traffic.take();
        await chain.start(victim);
        await traffic.pass();
      }
      await chain.comeToRest();

      t.is(traffic.wrong(), 0);
      await traffic.pass();
    });
  });
}

test.serial(
  'what a function leaves that dies without a monitor comes back when its neighbours join anew',
  async (t) => {
    t.timeout(5 * deadlineMs);
    await withChain({ first: c, second: c }, async (chain) => {
      const { traffic } = chain;
      for (const name of names.toReversed()) await chain.start(name);
      await chain.stopMonitor();
      traffic.send(burst);
      await chain.kill('second');
      traffic.send(burst);

      await chain.restartMonitor('first is process', 'second has not come back');
      await chain.start('second');
      await traffic.pass();
      for (const name of names) {
        await chain.kill(name);
        await chain.noticed(name);
        await chain.start(name);
      }
      await traffic.pass();
      await chain.comeToRest();

      t.is(traffic.wrong(), 0);
    });
  },
);
