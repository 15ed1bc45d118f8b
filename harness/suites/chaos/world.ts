import { bindFlag } from '../../ffi/libc.js';
import { clearRoute, refusalOf, setRoute } from '../../flash/registry.js';
import type { Pump } from '../../native/pump.js';
import { attempt, run } from '../../process/run.js';
import type { Device } from '../guest/support/device.js';
import { openListed } from '../guest/support/routed-pair.js';
import { borrowDevice, createTestUmem, testbed } from '../guest/support/testbed.js';
import { idOf, pumpOn } from '../guest/support/traffic-ends.js';
import { makeVeth } from '../guest/support/veth.js';
import { makeEnd, type End } from './end.js';
import { closable, doomed, ends, program } from './steps.js';

/** The sockets of an episode, its devices, and where everything leads. */
export interface World extends AsyncDisposable {
  readonly device: Device;
  /** By their numbers; the socket of a device that was deleted stays. */
  readonly ends: Map<number, End>;
  /** The route of each source by numbers; a target that is gone is undefined. Unrouted ones have none. */
  readonly routes: Map<number, (number | undefined)[]>;
  readonly state: { linkUp: boolean; deviceThere: boolean; programThere: boolean };
  /** Sets the route of a source, or clears it. Returns "ok" or the errno. */
  readonly route: (end: number, targets: readonly number[]) => string;
  readonly reopen: (end: number) => Promise<void>;
  readonly setLink: (up: boolean) => Promise<void>;
  readonly deleteDevice: () => Promise<void>;
  readonly kill: () => Promise<void>;
  readonly reset: () => Promise<void>;
}

const framesEach = 256;

export async function makeWorld(): Promise<World> {
  const device = await borrowDevice();
  const other = await makeVeth();
  const pump: Pump = await pumpOn(other, 'target', 1);
  const shared = createTestUmem({ frameCount: 2 * framesEach });
  const open = new Map<number, End>();
  const routes: World['routes'] = new Map();
  const state = { linkUp: true, deviceThere: true, programThere: true };
  let sources = 0;
  const place = (number: number): void => {
    const where = number === doomed ? other : device;
    const umem = number < closable ? shared : createTestUmem({ frameCount: framesEach });
    const bindFlags = where.zeroCopy ? testbed.bindFlags : bindFlag.copy | bindFlag.useNeedWakeup;
    const socket = openListed({
      netns: where.netns,
      ifname: where.a,
      queue: number === doomed ? 0 : number,
      umem,
      bindFlags,
      busyPoll: false,
    });
    open.set(number, makeEnd(number, socket, sources++));
  };
  const leave = (number: number): void => {
    for (const route of routes.values())
      for (const [index, target] of route.entries()) if (target === number) route[index] = undefined;
  };
  ends.forEach(place);
  const programId = idOf(pump);
  const idFor = (number: number): number => (number === program ? programId : (open.get(number)?.id ?? -1));

  return {
    ...{ device, routes, state, ends: open },
    route(end, targets) {
      const id = open.get(end)?.id ?? -1;
      const outcome = refusalOf(() => (targets.length === 0 ? clearRoute(id) : setRoute(id, targets.map(idFor))));
      if (outcome === 'ok' && targets.length === 0) routes.delete(end);
      else if (outcome === 'ok') routes.set(end, [...targets]);
      return outcome;
    },
    async reopen(number) {
      const end = open.get(number);
      routes.delete(number);
      leave(number);
      await end?.[Symbol.asyncDispose]();
      end?.socket.umem.close();
      place(number);
    },
    async setLink(up) {
      await run('ip', ['-n', device.netns, 'link', 'set', 'dev', device.a, up ? 'up' : 'down']);
      state.linkUp = up;
    },
    async deleteDevice() {
      await run('ip', ['-n', other.netns, 'link', 'delete', 'dev', other.a]);
      Object.assign(state, { deviceThere: false });
      routes.delete(doomed);
      for (const number of [doomed, program]) leave(number);
    },
    async kill() {
      pump.kill('SIGKILL');
      await pump.end;
      state.programThere = false;
      leave(program);
    },
    async reset() {
      const { exitCode } = await attempt('ip', ['netns', 'exec', device.netns, 'ethtool', '-r', device.a]);
      if (exitCode === 0 || !state.linkUp) return;
      // A driver that knows no such thing (mlx5) makes its queues anew when the device goes down and up.
      for (const way of ['down', 'up']) await run('ip', ['-n', device.netns, 'link', 'set', 'dev', device.a, way]);
    },
    async [Symbol.asyncDispose]() {
      for (const end of [...open.values()].reverse()) await end[Symbol.asyncDispose]();
      for (const { socket } of open.values()) socket.umem.close();
      if (!state.linkUp) await run('ip', ['-n', device.netns, 'link', 'set', 'dev', device.a, 'up']);
      for (const each of [pump, other, device]) await each[Symbol.asyncDispose]();
    },
  };
}
