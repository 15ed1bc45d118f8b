import { readFileSync, writeFileSync } from 'node:fs';
import { bindFlag } from '../../ffi/libc.js';
import type { XdpVerdict } from '../../ffi/bpf-test-run.js';
import { closing } from '../../ffi/closing.js';
import { inNetns } from '../../ffi/netns.js';
import type { XdpMode } from '../../ffi/xdp-dispatcher.js';
import { openPacketSocket } from '../../ffi/packet-socket.js';
import { createUmem } from '../../ffi/umem.js';
import { indexOf } from '../../ffi/xdp-program.js';
import { openSocket } from '../../ffi/xdp-socket.js';
import { ipBatch, runIn } from '../../host/netns.js';
import { waitUntil } from '../../process/wait-until.js';
import { attachXdp } from '../../xdp/attach.js';
import type { Attachment } from '../../xdp/attachment.js';
import { programNamed } from '../../xdp/catalogue.js';
import { setQueueSocket, setRedirectIf, setVerdict } from '../../xdp/delivery.js';
import { verdictModes, verdicts, verdictTitle, type Verdict } from '../verdicts.js';
import { removeProgram, replaceProgram, waitForLink } from './support/nic-testbed.js';
import { onBothPorts, preparePorts } from './support/on-both-ports.js';
import { borrowDevice, testbed } from './support/testbed.js';
import { makeVeth } from './support/veth.js';

/*
 *   b ==wire==> a: the program --redirect--> c ==veth==> d
 *
 * Every packet is of b, and for a.
 */
interface Scene extends AsyncDisposable {
  readonly netns: string;
  readonly frame: (number: number) => Buffer;
  /** Once `a` has another program. */
  readonly settle: () => Promise<unknown>;
}

const etherType = 0x88b5;
const numberOffset = 14;
const packets = [1, 2, 3, 4, 5, 6, 7, 8];
const [probe, end] = [100, 101];
const deadlineMs = 20_000;

async function layOut(): Promise<Scene> {
  const device = testbed.zeroCopy ? await borrowDevice() : await makeVeth(1, 1);
  const { netns } = device;
  if (testbed.zeroCopy) removeProgram();
  await ipBatch(netns, ['link add name c type veth peer name d', 'link set dev c up', 'link set dev d up']);
  // What is redirected to a veth is given to its peer by GRO or a program, and what is sent back only by a program.
  await runIn(netns, 'ethtool', ['-K', 'd', 'gro', 'on']);
  const peer = testbed.zeroCopy
    ? undefined
    : attachXdp({ devices: [{ netns, ifname: 'b' }], programs: [programNamed('queue')], mode: 'native' });
  const [a, b] = [await macOf(netns, 'a'), await macOf(netns, 'b')];
  return {
    netns,
    frame(number) {
      const bytes = Buffer.concat([a, b, Buffer.alloc(64 - 12)]);
      bytes.writeUInt16BE(etherType, 12);
      bytes.writeUInt32BE(number, numberOffset);
      return bytes;
    },
    settle: async () => (testbed.zeroCopy ? waitForLink() : undefined),
    async [Symbol.asyncDispose]() {
      peer?.[Symbol.dispose]();
      await ipBatch(netns, ['link del dev c']);
      if (testbed.zeroCopy) {
        replaceProgram();
        await waitForLink();
      }
      await device[Symbol.asyncDispose]();
    },
  };
}

async function macOf(netns: string, ifname: string): Promise<Buffer> {
  const [link] = JSON.parse(await runIn(netns, 'ip', ['-j', 'link', 'show', 'dev', ifname])) as [{ address: string }];
  return Buffer.from(link.address.replaceAll(':', ''), 'hex');
}

/** Where packets may be seen: the numbers of those that have come since the last look. */
interface Place extends Disposable {
  readonly look: () => number[];
}

function onDevice(netns: string, ifname: string): Place {
  const socket = inNetns(netns, () => openPacketSocket(ifname, etherType));
  return {
    look() {
      const numbers: number[] = [];
      for (let frame = socket.receive(); frame !== undefined; frame = socket.receive())
        numbers.push(frame.readUInt32BE(numberOffset));
      return numbers;
    },
    [Symbol.dispose]: () => socket[Symbol.dispose](),
  };
}

/** A socket on queue 0 of `a`, in zero-copy mode if that and the program are the driver's. */
function onQueue(netns: string, attachment: Attachment, mode: XdpMode): Place {
  using opened = closing();
  const frameCount = testbed.driverFrames + 64;
  const umem = createUmem({ frameCount });
  opened.use({ [Symbol.dispose]: () => umem.close() });
  const bindFlags =
    (testbed.zeroCopy && mode === 'native' ? bindFlag.zeroCopy : bindFlag.copy) | bindFlag.useNeedWakeup;
  const socket = opened.use(openSocket({ netns, ifname: 'a', queue: 0, umem, fillSize: 256, rxSize: 256, bindFlags }));
  const { fill, rx } = socket.rings;
  fill.produce(umem.take(frameCount));
  setQueueSocket(attachment, 0, socket.fd);
  const { [Symbol.dispose]: close } = opened.keep();
  return {
    look() {
      socket.receive();
      const frames = rx.consume().map(({ addr }) => addr);
      const numbers = frames.map((addr) => Buffer.from(umem.read(addr, 64)).readUInt32BE(numberOffset));
      umem.give(frames);
      fill.produce(umem.take(frames.length));
      return numbers;
    },
    [Symbol.dispose]: close,
  };
}

/** What has come to each place until now. */
function collect(places: Readonly<Record<string, Place>>): () => Readonly<Record<string, readonly number[]>> {
  const seen = Object.fromEntries(Object.keys(places).map((name) => [name, [] as number[]]));
  return () => {
    for (const [name, place] of Object.entries(places)) seen[name]?.push(...place.look());
    return seen;
  };
}

const runsOf = (programFd: number): number =>
  Number(/^run_cnt:\s*(\d+)/m.exec(readFileSync(`/proc/self/fdinfo/${programFd}`, 'utf8'))?.[1]);

/** Which program of bpf/ says it, and where the packet is then. */
const cases: Readonly<Record<Verdict, readonly [program: string, place: string | undefined]>> = {
  aborted: ['verdict', undefined],
  drop: ['verdict', undefined],
  pass: ['verdict', 'stack'],
  tx: ['verdict', 'back'],
  'redirect to a device': ['redirect-if', 'beyond'],
  'redirect to a socket': ['queue', 'socket'],
};

/** Has the kernel count how often each program runs. */
function countRuns(): Disposable {
  const set = (text: '0' | '1'): void => writeFileSync('/proc/sys/kernel/bpf_stats_enabled', text);
  set('1');
  return { [Symbol.dispose]: () => set('0') };
}

for (const mode of verdictModes) {
  for (const verdict of verdicts) {
    const [name, place] = cases[verdict];
    onBothPorts(verdictTitle(verdict, mode), async (t) => {
      using _ = countRuns();
      await using scene = await layOut();
      const { netns, frame } = scene;
      const program = programNamed(name);
      using attachment = attachXdp({ devices: [{ netns, ifname: 'a' }], programs: [program], mode });
      t.is(attachment.devices[0]?.mode, mode);
      const runs = (): number => runsOf(attachment.programs[0]?.programFd(program.program) ?? -1);
      using wire = inNetns(netns, () => openPacketSocket('b', etherType));
      using stack = onDevice(netns, 'a');
      using back = onDevice(netns, 'b');
      using beyond = onDevice(netns, 'd');
      using socket = name === 'queue' ? onQueue(netns, attachment, mode) : undefined;
      if (name === 'verdict') setVerdict(attachment, verdict as XdpVerdict);
      if (name === 'redirect-if') setRedirectIf(attachment, indexOf('c', netns));
      await scene.settle();
      if (testbed.zeroCopy && socket !== undefined) await preparePorts(netns, 1);
      const look = collect({ stack, back, beyond, ...(socket !== undefined && { socket }) });
      const within = { deadlineMs, intervalMs: 5, lastState: () => ({ runs: runs(), ...look() }) };
      // To look also asks the driver for what it can do with the frames of a socket.
      const isThere = (numbers: readonly number[]): boolean => {
        const seen = look();
        return place === undefined || numbers.every((number) => seen[place]?.includes(number));
      };

      // A device that has another program may lose what comes first.
      const probed = (): boolean => {
        if (runs() === 0) wire.send(frame(probe));
        return isThere([probe]) && runs() > 0;
      };
      await waitUntil(probed, { ...within, what: 'the program to see a packet', intervalMs: 50 });
      const before = runs();
      for (const number of packets) wire.send(frame(number));
      const done = (): boolean => isThere(packets) && runs() - before >= packets.length;
      await waitUntil(done, { ...within, what: 'the program to have seen all packets' });
      if (name === 'verdict') {
        // Where this is, what came before would be as well.
        setVerdict(attachment, 'pass');
        wire.send(frame(end));
        const isOver = (): boolean => look().stack?.includes(end) === true;
        await waitUntil(isOver, { ...within, what: 'a packet that is let pass to be with the stack' });
      }

      const expected = Object.entries(look()).map(([at]) => [at, at === place ? packets : []]);
      const seen = Object.entries(look()).map(([at, numbers]) => [at, numbers.filter((number) => number < probe)]);
      t.deepEqual(Object.fromEntries(seen), Object.fromEntries(expected));
    });
  }
}
