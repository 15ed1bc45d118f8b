import type { Chain } from '../../../../../nf/monitor/chain-file.js';
import { makeMonitor } from '../../../../../nf/monitor/monitor.js';
import type {
  Peer,
  Place,
  Queue,
  SavedState,
  SharedMemory,
  Target,
  World,
} from '../../../../../nf/monitor/surroundings.js';
import { encodeJoin } from '../../../../../nf/monitor/protocol.js';

const refusedType = 3;
const leaveType = 5;

export interface FakePlace extends Place {
  readonly name: string;
}

/** Memories that functions have, whatever becomes of a monitor: what one hands over, another one takes. */
const sharedMemories = new Map<string, SharedMemory>();

function makeSharedMemory(size: SharedMemory['size'], closed: (id: string) => void): SharedMemory {
  const number = 100 + 2 * sharedMemories.size;
  const id = `memory ${number}`;
  const fds = [number, number + 1];
  const memory = { id, size, fds, owners: new Uint8Array(size.frames), close: () => closed(id) };
  sharedMemories.set(id, memory);
  return memory;
}

/** A machine on which nothing happens, but all is written down. */
function fakeWorld() {
  const happened: string[] = [];
  const logged: string[] = [];
  const open = new Set<string>();
  let opened = 0;
  let now = 0;
  let saved: SavedState | undefined;
  let broken = false;
  let busy = false;
  let failing = false;
  let uncuttable = false;
  let full = false;
  let blind = false;
  /** Queues that programs have which the monitor does not know, and frames on the rings of places, by their names. */
  const kept = new Set<string>();
  const onRings = new Map<string, number[]>();
  const nameOf = (target: Target): string => (typeof target === 'string' ? target : (target as FakePlace).name);
  const makePlace = (name: string, cookie: string, memoryFds: readonly number[] = [11]): FakePlace => {
    open.add(name);
    return {
      ...{ name, cookie, socketFd: 10, memoryFds, unconsumed: () => onRings.get(name) ?? [] },
      close() {
        open.delete(name);
        happened.push(`close ${name}`);
      },
    };
  };
  const world: World = {
    open({ device, queue }, sharing) {
      const name = `${device}${queue}`;
      if (broken) throw new Error('no memory');
      if (busy || kept.has(name) || open.has(name)) return 'busy';
      if (sharing === undefined) return makePlace(name, String(++opened));
      happened.push(`${name} in ${sharing.memory.id} with ${sharing.others.map(nameOf).join(' ') || 'nobody'}`);
      return makePlace(name, String(++opened), [11, ...sharing.memory.fds]);
    },
    adopt: ({ device, queue }, fds, cookie) =>
      fds.includes(Number(cookie)) ? makePlace(`${device}${queue}`, cookie) : undefined,
    makeMemory: (size) => makeSharedMemory(size, (id) => happened.push(`close ${id}`)),
    takeMemory(id, _, fds) {
      const memory = sharedMemories.get(id);
      return memory?.fds.every((fd) => fds.includes(fd)) ? memory : undefined;
    },
    indexOf: (device) => device.charCodeAt(0),
    isFree({ device, queue }: Queue) {
      const name = `${device}${queue}`;
      if (blind) throw new Error('no descriptors');
      happened.push(`probe ${name}`);
      return !kept.has(name) && !open.has(name);
    },
    setRoute(source, targets) {
      if (failing) throw new Error('not now');
      happened.push(`${nameOf(source)} -> ${targets.map(nameOf).join(' ') || 'wire'}`);
    },
    cut(place) {
      if (uncuttable) throw new Error('not now');
      happened.push(`cut ${nameOf(place)}`);
    },
    setInputs(device, places) {
      if (failing) throw new Error('not now');
      happened.push(`${device}: ${[...places.values()].map(nameOf).join(' ') || 'host'}`);
    },
    disconnect: (device) => void happened.push(`${device}: nothing`),
    save(state) {
      if (full) throw new Error('the disk is full');
      saved = structuredClone(state);
    },
    log: (text) => void logged.push(text),
    nowMs: () => now,
  };
  return {
    ...{ world, open, kept, onRings, saved: () => saved },
    /** The last one that was made. */
    memory: () => [...sharedMemories.values()].at(-1) as SharedMemory,
    take: () => happened.splice(0),
    pass: (ms: number) => void (now += ms),
    breakIt: () => void (broken = true),
    failToConnect: (it: boolean) => void (failing = it),
    failToSave: (it: boolean) => void (full = it),
    failToProbe: () => void (blind = true),
    failToCut: () => void (uncuttable = true),
    logged: () => logged.splice(0),
    occupy: (it: boolean) => void (busy = it),
  };
}

export function fakePeer(uid: number) {
  const types: number[] = [];
  let [closed, killed] = [false, false];
  let errno: number | undefined;
  let fds: readonly number[] = [];
  let words: readonly number[] = [];
  const peer: Peer = {
    ...{ pid: 1, uid, groups: [], cgroup: () => undefined },
    send(data, sent = []) {
      const type = data.readUInt32LE(4);
      types.push(type);
      if (type === refusedType) errno = data.readUInt32LE(8);
      fds = sent;
      words = Array.from({ length: Math.floor(data.length / 4) }, (_, index) => data.readUInt32LE(4 * index));
      return true;
    },
    close: () => void (closed = true),
    ask: () => types.push(leaveType) > 0,
    kill: () => (killed = true),
  };
  return {
    peer,
    took: () => types.splice(0),
    closed: () => closed,
    killed: () => killed,
    errno: () => errno,
    fds: () => fds,
    /** Of the last message. */
    words: () => words,
  };
}

export const noCommand = (): unknown => ({});

/** One with this chain, or that goes on where another one has ended. */
export function startMonitor(chain: Chain, saved?: SavedState) {
  const fake = fakeWorld();
  const monitor = makeMonitor(fake.world, saved);
  if (saved === undefined) monitor.apply(chain);
  const join = (name: string, uid: number, fds: readonly number[] = []) => {
    const program = fakePeer(uid);
    monitor.hear(program.peer, encodeJoin(chain.chain, name), fds, noCommand);
    return program;
  };
  return { ...fake, monitor, join };
}
