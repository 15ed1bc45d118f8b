import { realpathSync, writeFileSync } from 'node:fs';
import { release } from 'node:os';
import { basename, join } from 'node:path';
import { attemptIn, deleteNetns, runIn } from '../../../host/netns.js';
import { preferBusyPolling } from '../../../ffi/busy-poll.js';
import { bindFlag } from '../../../ffi/libc.js';
import type { XdpSocket } from '../../../ffi/socket-types.js';
import { attachXskRedirect, type XskRedirect } from '../../../ffi/xsk-redirect.js';
import { overPort } from '../../../nics/control-port.js';
import { controlNics, type NicControl } from '../../../nics/control.js';
import { portAt, portNames, portOf, portsOf, setUpPort, setUpPorts, waitForLinks } from '../../../nics/guest-ports.js';
import { countSent } from '../../../nics/counted-frames.js';
import { isBefore, nicCards, type NicCard, type NicModel } from '../../../nics/model.js';
import { run } from '../../../process/run.js';
import { waitUntil } from '../../../process/wait-until.js';
import type { NicTestbedOptions } from '../../testbed-options.js';
import type { Device, Testbed } from './device.js';
import { giveToDriver } from './driver-frames.js';

/**
 *   network namespace flash-nics
 *  +-------------------------------------+
 *  |  a, port 0 ===== wire ===== b, 1    |   two ports of one model or card, no addresses, no IPv6
 *  +-------------------------------------+
 *
 * Zero-copy mode. The sockets busy-poll: a system call has the driver's NAPI poll run before it
 * returns, so that a test can look at what came of it. There is one such device, for all tests.
 */
export function makeNicTestbed({ model, driverRedirects, modules, ports }: NicTestbedOptions): Testbed {
  if (ports === 1) names = portNames.slice(0, 1);
  let device: Promise<Device> | undefined;
  const card: NicCard = nicCards[model];
  cardInUse = card;
  const driverFrames = card.rings.rx.frames;
  return {
    bindFlags: bindFlag.zeroCopy | bindFlag.useNeedWakeup,
    zeroCopy: true,
    severalBuffers: card.severalBuffers,
    controlsWire: ports === undefined,
    hasPeer: ports !== 1,
    driverRedirects,
    driverFrames,
    queues: card.queues,
    keepsFramesWhileDown: card.keepsFramesWhileDown === true,
    busyPolls: card.noBusyPollSince === undefined || isBefore(release(), card.noBusyPollSince),
    leasesQueues: card.leasesQueues === true,
    async borrow() {
      device ??= setUp(model, modules, ports);
      return device;
    },
    settle(socket, { busyPoll, readStats, ...options }) {
      if (busyPoll) preferBusyPolling(socket);
      giveToDriver(socket, { count: driverFrames, ...options });
      return busyPoll ? kickUntilPolled(socket, readStats) : socket;
    },
    async dispose() {
      removeProgram();
      await deleteNetns(nicNetns);
    },
  };
}

export const nicNetns = 'flash-nics';

let cardInUse: NicCard | undefined;

/** The card whose ports `a` and `b` are. */
export function cardOfPorts(): NicCard {
  if (cardInUse === undefined) throw new Error('the tests run on no NIC');
  return cardInUse;
}

/** What the ports of this process are called there. */
let names: readonly string[] = portNames;

/** For the UMEMs of unaligned frames. */
const hugePages = 32;
const mostKicks = 50;

/**
 * A busy poll does nothing if another processor has the NAPI instance at that moment, for a timer or
 * an interrupt. A poll that was done shows: it took from TX, found it empty or counted a stall.
 */
function kickUntilPolled(socket: XdpSocket, readStats: () => Readonly<Record<string, number>>): XdpSocket {
  const traces = (): string => {
    const { stall_rx_full, stall_fill_empty, stall_cq_full } = readStats();
    return [
      socket.rings.tx.memory.consumer[0],
      socket.statistics().tx_ring_empty_descs,
      stall_rx_full,
      stall_fill_empty,
      stall_cq_full,
    ].join();
  };
  return {
    ...socket,
    kick(flags) {
      if (socket.rings.tx.count() === 0) return socket.kick(flags);
      const before = traces();
      let outcome = socket.kick(flags);
      for (let kicks = 1; kicks < mostKicks && outcome === 'ok' && traces() === before; kicks++)
        outcome = socket.kick(flags);
      return outcome;
    },
  };
}

/** The wire and the ports as the models see them. */
export const nics = (): NicControl => controlNics(overPort());

async function setUp(model: NicModel, modules: string | undefined, ports: NicTestbedOptions['ports']): Promise<Device> {
  if (modules !== undefined) await driverModule(model, modules).load();
  if (Array.isArray(ports)) await setUpNamed(ports);
  else await setUpAgain(model);
  writeFileSync('/proc/sys/vm/nr_hugepages', String(hugePages));
  const sent =
    ports === undefined
      ? async (): Promise<number> => (await nics().counters(0)).counters['tx_frames'] ?? 0
      : (): Promise<number> => countSent(nicNetns, 'a', nicCards[model]);
  return {
    netns: nicNetns,
    a: 'a',
    zeroCopy: true,
    packetsOnWire: () => atRest(sent),
    [Symbol.asyncDispose]: async () => undefined,
  };
}

/** Both ends have a carrier, or have noticed that they have none. */
export function waitForLink(up = true): Promise<unknown> {
  return waitForLinks([nicNetns], names, up);
}

let program: XskRedirect | undefined;

/** The program that gives what arrives on a queue of `a` to a socket. */
export function programOfA(): XskRedirect {
  if (program === undefined) throw new Error('the NICs are not set up');
  return program;
}

/** Takes the program off: the driver closes the queues of zero-copy sockets. */
export function removeProgram(): void {
  program?.[Symbol.dispose]();
  program = undefined;
}

/** Takes the program off and attaches another. */
export function replaceProgram(): void {
  removeProgram();
  program = attachXskRedirect({ netns: nicNetns, ifname: 'a' });
}

/** Has `a` go from all its queues to a few and back. */
export async function changeQueues(all: number): Promise<void> {
  await useQueues(few);
  await useQueues(all);
}

/** Gives `a` so many queues. virtio_net takes another number only without a program. */
export async function useQueues(count: number): Promise<void> {
  const change = ['-L', 'a', 'combined', String(count)];
  const { exitCode } = await attemptIn(nicNetns, 'ethtool', change);
  if (exitCode === 0) return;
  removeProgram();
  await runIn(nicNetns, 'ethtool', change);
  replaceProgram();
}

/** Less than there are processors. */
export const few = 4;

/** The driver of `a`, which can be taken from it and be given back. */
export async function driverOfA(): Promise<{
  readonly unbind: () => Promise<unknown>;
  readonly bind: () => Promise<void>;
}> {
  const device = (await runIn(nicNetns, 'readlink', ['-f', '/sys/class/net/a/device'])).trim();
  const driver = realpathSync(join(device, 'driver'));
  const write = (file: string): Promise<string> =>
    run('sh', ['-c', 'echo "$1" > "$2"', 'sh', basename(device), join(driver, file)]);
  return {
    unbind: () => write('unbind'),
    async bind() {
      await write('bind');
      await setUpPort({ netns: nicNetns, port: portOf(device), name: 'a' });
      replaceProgram();
      await waitForLink();
    },
  };
}

/** The driver of a model in a kernel that has it as a module. */
export function driverModule(
  model: NicModel,
  modules: string,
): { readonly load: () => Promise<unknown>; readonly unload: () => Promise<unknown> } {
  const { driver } = nicCards[model];
  const modprobe = (...args: readonly string[]): Promise<string> => run('modprobe', ['--dirname', modules, ...args]);
  return { load: () => modprobe(driver), unload: () => modprobe('--remove', driver) };
}

/** What the tests have of the ports, once more for ports that came anew. */
export async function setUpAgain(model: NicModel): Promise<void> {
  await setUpPorts(nicNetns, portsOf(model, names.length));
  replaceProgram();
  await waitForLink();
}

/** Two ports of a card. What they are given is written down elsewhere, and put back from there. */
async function setUpNamed(ports: readonly [string, string]): Promise<void> {
  await setUpPorts(nicNetns, ports.map(portAt));
  replaceProgram();
  await waitForLink();
}

/** Frames the first port sent, once what it was given has gone through it. */
async function atRest(sent: () => Promise<number>): Promise<number> {
  let before = await sent();
  return waitUntil(
    async () => {
      const now = await sent();
      const still = now === before;
      before = now;
      return still ? { now } : undefined;
    },
    { what: 'the port to be done with sending', deadlineMs: 20_000, intervalMs: 20 },
  ).then(({ now }) => now);
}
