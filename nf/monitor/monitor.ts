import { meantBy, type Chain, type ChainFunction } from './chain-file.js';
import { encodeAnswer, encodeEdges, encodeJoined, encodeLeave, encodeRefused, decodeRequest } from './protocol.js';
import type { Peer, Place, SavedState, Target, World } from './surroundings.js';
import { whyNot } from './who.js';

interface Member {
  readonly peer: Peer;
  readonly place: Place;
  readonly fn: ChainFunction;
  route: string;
  /** When it is killed, once it is not wanted any more. */
  leaveByMs?: number;
}

interface Choice {
  readonly name: string;
  readonly adopted?: Place;
}

export interface Monitor {
  readonly apply: (chain: Chain | undefined) => void;
  /** A message and the descriptors that came with it, which are closed by whoever calls. */
  readonly hear: (peer: Peer, data: Buffer, fds: readonly number[], command: Command) => void;
  readonly gone: (peer: Peer) => void;
  /** Time has passed: functions that have not come back count as missing. */
  readonly tick: () => void;
  readonly status: () => unknown;
}

/** What somebody who may command is answered. */
export type Command = (peer: Peer, text: string) => unknown;

const errno = { noEntry: 2, io: 5, access: 13, busy: 16, invalid: 22, again: 11 } as const;
const comeBackMs = 3000;
/** Requests of one user in one second. */
const mostRequests = 50;

export function makeMonitor(world: World, saved: SavedState = { chain: undefined, cookies: {} }): Monitor {
  let chain = saved.chain;
  const members = new Map<string, Member>();
  /** Leaving, and not in the chain any more. */
  const former = new Set<Member>();
  const requests = new Map<number, { second: number; count: number }>();
  const awaited = new Map(Object.entries(saved.cookies));
  const giveUpAt = world.nowMs() + comeBackMs;
  const inputs = new Map<string, string>();

  const attempt = (what: string, work: () => void): void => {
    try {
      work();
    } catch (error) {
      world.log(`${what}: ${(error as Error).message}`);
    }
  };

  const resolve = (name: string): Target => {
    const member = members.get(name);
    if (member !== undefined) return member.place;
    const fn = chain?.functions[name];
    if (fn?.missing !== 'bypass') return fn?.missing ?? 'drop';
    return resolve(fn.to[0] ?? '');
  };
  const describe = (target: Target): string => (typeof target === 'string' ? target : target.cookie);

  const save = (): void =>
    attempt('saving the state', () =>
      world.save({
        chain,
        cookies: {
          ...Object.fromEntries(awaited),
          ...Object.fromEntries([...members].map(([name, { place }]) => [name, place.cookie])),
        },
      }),
    );

  /** Changes what is not as it is to be, and nothing else. Sources come after their targets. */
  const settle = (): void => {
    if (awaited.size === 0) {
      for (const [name, member] of members) {
        const targets = (chain?.functions[name]?.to ?? []).map(resolve);
        const route = targets.map(describe).join(' ');
        if (route === member.route) continue;
        attempt(`routing ${name}`, () => {
          world.setRoute(member.place, targets);
          member.route = route;
          member.peer.send(encodeEdges(Math.max(1, targets.length)));
        });
      }
      settleInputs();
    }
    save();
  };

  const settleInputs = (): void => {
    const wanted = new Map<string, Map<number, Place>>([...inputs.keys()].map((device) => [device, new Map()]));
    for (const [name, fn] of Object.entries(chain?.functions ?? {})) {
      const member = members.get(name);
      if (!fn.input || member === undefined) continue;
      const places = wanted.get(fn.device) ?? new Map<number, Place>();
      wanted.set(fn.device, places.set(fn.queue, member.place));
    }
    for (const [device, places] of wanted) {
      const text = [...places].map(([queue, { cookie }]) => `${queue}:${cookie}`).join(' ');
      if ((inputs.get(device) ?? '') === text) continue;
      attempt(`connecting ${device}`, () => {
        world.setInputs(device, places);
        inputs.set(device, text);
      });
    }
  };

  const refuse = (peer: Peer, number: number, why: string): undefined => {
    peer.send(encodeRefused(number, why));
    peer.close();
  };

  const isTooMany = ({ uid }: Peer): boolean => {
    const second = Math.floor(world.nowMs() / 1000);
    const entry = requests.get(uid);
    const count = entry?.second === second ? entry.count + 1 : 1;
    // One entry per user that asks within a second, so nobody can have it grow.
    if (entry?.second !== second)
      for (const [other, { second: old }] of requests) if (old < second) requests.delete(other);
    requests.set(uid, { second, count });
    return count > mostRequests;
  };

  /** A place of those that were meant: the one that a program has kept, or one that nobody has. */
  const choose = (meant: readonly string[], fds: readonly number[]): Choice | undefined => {
    if (fds.length === 0) {
      const free = meant.find((name) => !members.has(name) && !awaited.has(name));
      return free === undefined ? undefined : { name: free };
    }
    for (const name of meant) {
      const [fn, cookie] = [chain?.functions[name], awaited.get(name)];
      const adopted = fn === undefined || cookie === undefined ? undefined : world.adopt(fn, fds, cookie);
      if (adopted !== undefined) return { name, adopted };
    }
    return undefined;
  };

  const join = (peer: Peer, chainName: string, asked: string, fds: readonly number[]): undefined => {
    const meant = chain?.chain === chainName ? meantBy(chain, asked) : [];
    const first = chain?.functions[meant[0] ?? ''];
    if (first === undefined)
      return refuse(peer, errno.noEntry, `there is no function ${asked} in a chain ${chainName}`);
    const stranger = whyNot(asked, first, peer);
    if (stranger !== undefined) return refuse(peer, errno.access, stranger);
    if ([...members.values(), ...former].some((member) => member.peer === peer))
      return refuse(peer, errno.invalid, 'it has joined already');
    const choice = choose(meant, fds);
    const fn = chain?.functions[choice?.name ?? ''];
    if (choice === undefined || fn === undefined) {
      if (meant.every((name) => members.has(name))) return refuse(peer, errno.busy, `${asked} is there already`);
      if (fds.length > 0) return refuse(peer, errno.invalid, `the socket is not that of ${asked}`);
      return refuse(peer, errno.again, `the program that was ${asked} may come back`);
    }
    const { name, adopted } = choice;
    const place = adopted ?? world.open(fn);
    if (place === 'busy') return refuse(peer, errno.again, `the queue of ${name} is not free`);
    const member: Member = { peer, place, fn, route: '' };
    // Its packets are led where they belong before it has any, and nobody sends to it before it has come.
    if (adopted === undefined) {
      try {
        const targets = fn.to.map(resolve);
        world.setRoute(place, targets);
        member.route = targets.map(describe).join(' ');
      } catch (error) {
        place.close();
        throw error;
      }
    }
    const { frameSize, frames: frameCount, ring: ringSize } = fn;
    const joined = encodeJoined({ frameSize, frameCount, ringSize, edges: Math.max(1, fn.to.length) });
    if (!peer.send(joined, adopted === undefined ? [place.socketFd, place.umemFd] : [])) {
      place.close();
      peer.close();
      return;
    }
    awaited.delete(name);
    members.set(name, member);
    settle();
    world.log(`${name} is process ${peer.pid}${adopted === undefined ? '' : ', as before'}`);
  };

  /** Its process has ended, and others may have its socket. */
  const end = (name: string, { place }: Member): void => {
    attempt(`cutting off ${name}`, () => world.cut(place));
    place.close();
  };

  const killWhoStays = (): void => {
    for (const member of former) {
      if (member.leaveByMs === undefined || world.nowMs() < member.leaveByMs) continue;
      delete member.leaveByMs;
      const { pid } = member.peer;
      world.log(member.peer.kill() ? `process ${pid} did not leave, and is killed` : `process ${pid} does not leave`);
    }
  };

  const retire = (name: string, member: Member): void => {
    members.delete(name);
    former.add(member);
    member.leaveByMs = world.nowMs() + 1000 * member.fn.leaveSeconds;
  };

  return {
    apply(next) {
      const before = chain;
      chain = next;
      for (const [name, member] of [...members]) {
        const wanted = next?.chain === before?.chain ? next?.functions[name] : undefined;
        if (wanted === undefined || !isSamePlace(wanted, member.fn)) retire(name, member);
      }
      for (const name of [...awaited.keys()]) if (next?.functions[name] === undefined) awaited.delete(name);
      settle();
      // Nobody sends to them any more: they work on what they have.
      for (const member of former) member.peer.send(encodeLeave());
    },
    hear(peer, data, fds, command) {
      if (isTooMany(peer)) return refuse(peer, errno.again, 'too many requests');
      const request = decodeRequest(data);
      if (request === undefined) return refuse(peer, errno.invalid, 'this is no request');
      try {
        if (request.kind === 'join') join(peer, request.chain, request.function, fds);
        else peer.send(encodeAnswer(command(peer, request.text)));
      } catch (error) {
        world.log(`a request of process ${peer.pid}: ${(error as Error).message}`);
        refuse(peer, errno.io, (error as Error).message);
      }
    },
    gone(peer) {
      for (const [name, member] of [...members]) {
        if (member.peer !== peer) continue;
        members.delete(name);
        world.log(`${name} has gone`);
        // First those that sent to it, so that none finds it closed.
        settle();
        end(name, member);
      }
      for (const member of [...former]) {
        if (member.peer !== peer) continue;
        former.delete(member);
        end('a former function', member);
      }
    },
    tick() {
      killWhoStays();
      if (awaited.size === 0 || world.nowMs() < giveUpAt) return;
      for (const name of awaited.keys()) world.log(`${name} has not come back`);
      awaited.clear();
      settle();
    },
    status: () => ({
      chain: chain?.chain,
      functions: Object.fromEntries(
        Object.entries(chain?.functions ?? {}).map(([name, { missing }]) => {
          const member = members.get(name);
          return [
            name,
            member === undefined ? { state: 'missing', rule: missing } : { state: 'running', pid: member.peer.pid },
          ];
        }),
      ),
    }),
  };
}

/** Whether the function can go on with the socket that it has. */
function isSamePlace(a: ChainFunction, b: ChainFunction): boolean {
  const key = ({ device, queue, user, group, unit, cgroup, frames, frameSize, ring }: ChainFunction): string =>
    JSON.stringify([device, queue, user, group, unit, cgroup, frames, frameSize, ring]);
  return key(a) === key(b);
}
