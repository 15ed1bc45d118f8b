import { listIds, requireFlash } from '../flash/registry.js';
import { FlashError } from '../errors.js';
import { NativeError } from '../ffi/native-error.js';
import { inNetnsAt } from '../ffi/netns.js';
import { listDiagSockets, type DiagSocket } from '../ffi/sock-diag.js';
import { ringOffsetsOfKernel } from '../ffi/xdp-options.js';
import { startClock } from '../host/duration.js';
import { readDevices } from './devices.js';
import {
  printable,
  type DeviceFacts,
  type RingName,
  type Rings,
  type Snapshot,
  type SocketFacts,
  type SocketKey,
} from './facts.js';
import { findMappings, type RingMapping } from './mappings.js';
import { confirmTargets, readMoment, type Moment } from './moments.js';
import { listNetns, type NetworkNamespace } from './namespaces.js';
import { createRingReader } from './ring-reader.js';

/** Looks at the sockets of this machine, as often as one likes. */
export interface Observer extends Disposable {
  readonly look: () => Promise<Snapshot>;
}

/** What does not change as long as a socket is bound. */
interface Background {
  readonly netns?: NetworkNamespace;
  readonly diag?: DiagSocket;
  readonly mappings: readonly RingMapping[];
}

/** For a socket that is not mapped, or not told of, now; it may be, next time. */
const searchesEach = 3;

export function createObserver(): Observer {
  requireFlash();
  const clock = startClock();
  const reader = createRingReader(requireOffsets());
  let constants = new Map<string, Moment>();
  let background = new Map<string, Background>();
  let searches = new Map<string, number>();
  let devices: readonly DeviceFacts[] = [];

  const search = async (moments: readonly Moment[]): Promise<void> => {
    const namespaces = listNetns();
    background = findBackground(moments, namespaces);
    const wanted = new Set([...background.values()].map(({ netns }) => netns));
    devices = (
      await Promise.all([...wanted].flatMap((netns) => (netns === undefined ? [] : [readDevices(netns)])))
    ).flat();
  };

  return {
    async look() {
      // One that was there may be passed over.
      const ids = new Set([...listIds(), ...[...constants.values()].map(({ id }) => id)]);
      const namespaces = new Set([...background.values()].map(({ netns }) => netns));
      const told = tellOf([...namespaces].filter((netns) => netns !== undefined));
      const moments = [...ids]
        .sort((a, b) => a - b)
        .map((id) => readMoment(id, { before: constants, told: (cookie) => told.get(cookie)?.diag }))
        .filter((moment) => moment !== undefined);
      const lacking = moments.filter(
        ({ cookie, ifindex }) =>
          ifindex >= 0 &&
          (background.get(cookie)?.mappings.length ?? 0) === 0 &&
          (searches.get(cookie) ?? 0) < searchesEach,
      );
      const isNew = moments.some(({ cookie }) => !constants.has(cookie));
      if (isNew || lacking.length > 0) await search(moments);
      searches = new Map(moments.map(({ cookie }) => [cookie, searches.get(cookie) ?? 0]));
      for (const { cookie } of lacking) searches.set(cookie, (searches.get(cookie) ?? 0) + 1);
      constants = new Map(moments.map((moment) => [moment.cookie, moment]));
      const pids = [...background.values()].flatMap(({ mappings }) => mappings.map(({ pid }) => pid));
      reader.keepOnly(new Set(pids));

      const targets = confirmTargets(moments);
      const facts = moments.map((moment) => socketFacts(moment, background.get(moment.cookie), devices, targets));
      const levels = readPools(facts, background, reader.read);
      return {
        seconds: clock(),
        sockets: facts.map((socket) => ({ ...socket, rings: levels(socket) })),
        devices,
      };
    },
    [Symbol.dispose]: () => reader[Symbol.dispose](),
  };
}

/** AF_XDP sockets are for root alone, and so are the memories of other programs. */
function requireOffsets(): ReturnType<typeof ringOffsetsOfKernel> {
  try {
    return ringOffsetsOfKernel();
  } catch (error) {
    if (!(error instanceof NativeError) || error.errno !== 'EPERM') throw error;
    throw new FlashError('infrastructure', 'this needs root: CAP_NET_RAW, and CAP_SYS_PTRACE to read rings', {
      advice: 'use sudo, or be root of the user namespace that the sockets belong to',
      cause: error,
    });
  }
}

function findBackground(moments: readonly Moment[], namespaces: readonly NetworkNamespace[]): Map<string, Background> {
  const told = tellOf(namespaces);
  const inodes = new Set(moments.flatMap(({ cookie }) => told.get(cookie)?.diag.inode ?? []));
  const mappings = findMappings(inodes, [...new Set(moments.map(({ pid }) => pid))]);
  return new Map(
    moments.map(({ cookie }) => {
      const found = told.get(cookie);
      return [cookie, { ...found, mappings: mappings.filter(({ inode }) => inode === found?.diag.inode) }];
    }),
  );
}

/** What sock_diag tells of the sockets of some network namespaces, by their cookies. */
function tellOf(
  namespaces: readonly NetworkNamespace[],
): ReadonlyMap<string, { readonly netns: NetworkNamespace; readonly diag: DiagSocket }> {
  return new Map(namespaces.flatMap((netns) => diagIn(netns).map((diag) => [diag.cookie, { netns, diag }])));
}

function diagIn({ path, name }: NetworkNamespace): readonly DiagSocket[] {
  try {
    return (name === undefined ? listDiagSockets() : inNetnsAt(path, listDiagSockets)) ?? [];
  } catch {
    // It has gone meanwhile, or is not for this user to enter.
    return [];
  }
}

function socketFacts(
  { id, cookie, procname, pid, ifindex, qid, umem, route, stats }: Moment,
  { netns, diag, mappings }: Background = { mappings: [] },
  devices: readonly DeviceFacts[],
  targets: (route: readonly number[]) => (SocketKey | null)[],
): Omit<SocketFacts, 'rings'> {
  const ifname = devices.find((device) => device.netns === netns?.name && device.ifindex === ifindex)?.ifname;
  return {
    ...{ id, cookie, program: printable(procname), pid, umem, ifindex, queue: qid, stats },
    holders: [...new Set(mappings.map((mapping) => mapping.pid))],
    ...(netns?.name !== undefined && { netns: netns.name }),
    pool: `${netns?.inode ?? `umem ${umem}`}/${ifindex}/${qid}`,
    ...(ifname !== undefined && { ifname }),
    ...(diag?.umem !== undefined && {
      frames: { count: Math.floor(diag.umem.bytes / diag.umem.chunkBytes), bytes: diag.umem.chunkBytes },
      zeroCopy: diag.umem.zeroCopy,
    }),
    route: targets(route),
  };
}

type Unread = Omit<SocketFacts, 'rings'>;

/** Reads each ring once: sockets of a pool have one fill and one completion ring, which any of them may have mapped. */
function readPools(
  sockets: readonly Unread[],
  background: ReadonlyMap<string, Background>,
  read: (mapping: RingMapping, size: number) => Rings[RingName],
): (socket: Unread) => Rings {
  const readRing = (ring: RingName, candidates: readonly Unread[]): Rings => {
    for (const { cookie } of candidates) {
      const { diag, mappings = [] } = background.get(cookie) ?? {};
      const mapping = mappings.find((each) => each.ring === ring);
      const size = diag?.rings[ring] ?? 0;
      const facts = mapping === undefined || size === 0 ? undefined : read(mapping, size);
      if (facts !== undefined) return { [ring]: facts };
    }
    return {};
  };
  const pools = new Map<string, Rings>();
  for (const { pool } of sockets) {
    if (pools.has(pool)) continue;
    const members = sockets.filter((socket) => socket.pool === pool);
    pools.set(pool, { ...readRing('fill', members), ...readRing('completion', members) });
  }
  return (socket) => ({ ...readRing('rx', [socket]), ...readRing('tx', [socket]), ...pools.get(socket.pool) });
}
