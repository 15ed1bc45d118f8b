import { readProcess } from '../../chains/processes.js';
import { startFunctions } from '../../demo/functions.js';
import { l2fwds } from '../../demo/monitored/examples.js';
import { startNamed } from '../../demo/monitored/start-function.js';
import { findSockets } from '../../demo/routes.js';
import { buildTopology, chainFunctions, type ChainFunction, type Topology } from '../../demo/topology.js';
import { FlashError } from '../../errors.js';
import { cpuNanoseconds } from '../../ffi/cpu-time.js';
import { inNetns } from '../../ffi/netns.js';
import { openPacketSocket, type PacketSocket } from '../../ffi/packet-socket.js';
import { listSockets, readStats, setRoute } from '../../flash/registry.js';
import { ipBatch, readLinks } from '../../host/netns.js';
import { nativePaths } from '../../native/build-native.js';
import { waitUntil } from '../../process/wait-until.js';
import type { Forwarder } from './function-costs-program.js';

/** A chain whose middle forwards what a packet socket sends into it to another one at its end. */
export interface Stage extends AsyncDisposable {
  /**
   * Has `batch` packets wait for the function, lets it go on, and returns for how many nanoseconds it has run when it
   * sleeps again.
   */
  readonly forward: (batch: number) => Promise<number>;
}

const frame = Buffer.alloc(64);
const etherType = 0x88b5;
frame.fill(0xff, 0, 6);
frame.writeUInt8(0x02, 6);
frame.writeUInt16BE(etherType, 12);

const deadlineMs = 60_000;
const intervalMs = 1;

/**
 *   c0 ==wire==> [nf1] --next--> [what is measured] --next--> [nf3] ==wire==> s0
 *
 * Each has a UMEM of its own, so that every hop copies.
 */
export async function openStage(forwarder: Forwarder): Promise<Stage> {
  const stack: AsyncDisposable[] = [];
  const dispose = async (): Promise<void> => {
    for (const each of stack.toReversed()) await each[Symbol.asyncDispose]();
  };
  try {
    const topology = await buildTopology('flash-costs');
    stack.push(topology);
    const functions = await startFunctions({
      netns: topology.middle,
      functions: chainFunctions.filter(({ name }) => forwarder === 'demo' || name !== 'nf2').map(unfiltered),
      separateUmem: true,
    });
    stack.push(functions);
    const sockets = findSockets(
      await functions.status(),
      await readLinks(topology.middle),
      inNetns(topology.middle, listSockets),
    );
    const idOf = (name: string): number => sockets.find((socket) => socket.name === name)?.flashId ?? Number.NaN;
    const [first, last] = [idOf('nf1.forward'), idOf('nf3.forward')];
    const middle =
      forwarder === 'demo' ? ofDemo(topology, idOf('nf2.forward')) : await startL2fwd(topology, forwarder, stack);
    setRoute(first, [middle.id]);
    setRoute(middle.id, [last]);
    const ends = {
      client: inNetns(topology.client, () => openPacketSocket('c0', etherType)),
      server: inNetns(topology.server, () => openPacketSocket('s0', etherType)),
    };
    for (const end of Object.values(ends)) stack.push({ [Symbol.asyncDispose]: async () => end[Symbol.dispose]() });
    return { forward: (batch) => forward(middle.pid, first, ends, batch), [Symbol.asyncDispose]: dispose };
  } catch (error) {
    await dispose();
    throw error;
  }
}

const unfiltered = ({ dropUdpPort: _, ...each }: ChainFunction): ChainFunction => each;

interface Middle {
  readonly pid: number;
  readonly id: number;
}

function ofDemo({ middle }: Topology, id: number): Middle {
  return { id, pid: inNetns(middle, listSockets).find((socket) => socket.id === id)?.pid ?? Number.NaN };
}

/** On a device of its own: the one of the chain has a program already. */
async function startL2fwd(
  { middle }: Topology,
  language: keyof typeof l2fwds,
  stack: AsyncDisposable[],
): Promise<Middle> {
  await ipBatch(middle, ['link add m0 type veth peer name m1', 'link set m0 up', 'link set m1 up']);
  const [program, ...args] = language === 'rust' ? [nativePaths.l2fwdRustRelease] : l2fwds[language].command;
  const device = ['--device', 'm0', '--xdp', nativePaths.xskRedirect];
  const started = await startNamed(`l2fwd in ${language}`, middle, program, [...args, ...device]);
  stack.push(started);
  const socket = inNetns(middle, listSockets).find(({ pid }) => pid === started.pid);
  if (socket === undefined)
    throw new FlashError('infrastructure', `the kernel does not list the socket of l2fwd in ${language}`);
  return { pid: started.pid, id: socket.id };
}

interface Ends {
  readonly client: PacketSocket;
  readonly server: PacketSocket;
}

async function forward(pid: number, first: number, { client, server }: Ends, batch: number): Promise<number> {
  const redirected = (): number => readStats(first)['redirected'] ?? 0;
  await waitFor('the function to sleep', () => isIn(pid, 'S'));
  const before = { nanoseconds: cpuNanoseconds(pid), redirected: redirected() };
  process.kill(pid, 'SIGSTOP');
  await waitFor('the function to stop', () => isIn(pid, 'T'));
  for (let sent = 0; sent < batch; sent++) client.send(frame);
  await waitFor('the packets to wait for it', () => redirected() - before.redirected === batch);

  process.kill(pid, 'SIGCONT');
  let arrived = 0;
  await waitFor('the packets to arrive', () => {
    while (server.receive() !== undefined) arrived++;
    return arrived === batch && isIn(pid, 'S');
  });
  return cpuNanoseconds(pid) - before.nanoseconds;
}

const isIn = (pid: number, state: string): boolean => readProcess(pid)?.state === state;

const waitFor = (what: string, isSo: () => boolean): Promise<unknown> =>
  waitUntil(isSo, { what, deadlineMs, intervalMs, failAs: 'guest' });
