import { programLabel, type Snapshot, type SocketFacts } from './facts.js';

/** Where the frames of a UMEM are. */
export interface UmemFacts {
  readonly umem: number;
  readonly frames?: { readonly count: number; readonly bytes: number };
  readonly fill: number;
  readonly rx: number;
  readonly tx: number;
  readonly completion: number;
  readonly stash: number;
  /** The rest, if all rings can be read. */
  readonly elsewhere?: number;
  readonly programs: readonly string[];
}

export function listUmems(snapshot: Snapshot): readonly UmemFacts[] {
  const umems = new Set(snapshot.sockets.map(({ umem }) => umem).filter((umem) => umem >= 0));
  return [...umems].sort((a, b) => a - b).map((umem) => umemFacts(snapshot, umem));
}

function umemFacts({ sockets }: Snapshot, umem: number): UmemFacts {
  const users = sockets.filter((socket) => socket.umem === umem);
  const pools = users.filter(({ pool }, index) => users.findIndex((user) => user.pool === pool) === index);
  const sum = (of: readonly SocketFacts[], count: (socket: SocketFacts) => number | undefined): number =>
    of.reduce((total, socket) => total + (count(socket) ?? 0), 0);
  const frames = users.find((user) => user.frames !== undefined)?.frames;
  const where = {
    fill: sum(pools, ({ rings }) => rings.fill?.used),
    rx: sum(users, ({ rings }) => rings.rx?.used),
    tx: sum(users, ({ rings }) => rings.tx?.used),
    completion: sum(pools, ({ rings }) => rings.completion?.used),
    stash: sum(pools, ({ stats }) => stats['stashed']),
  };
  const known = users.every(({ rings }) => rings.fill !== undefined && rings.completion !== undefined);
  const onRings = Object.values(where).reduce((total, count) => total + count, 0);
  return {
    umem,
    ...(frames !== undefined && { frames }),
    ...where,
    ...(frames !== undefined && known && { elsewhere: frames.count - onRings }),
    programs: [...new Set(users.map(programLabel))],
  };
}

/** "of the 4096 frames of UMEM 0, 12 are on RX and 4084 with programs and drivers" */
export function describeFrames(snapshot: Snapshot, { umem }: SocketFacts): string {
  const { frames, elsewhere, ...where } = umemFacts(snapshot, umem);
  if (frames === undefined) return `it is not known where the frames of UMEM ${umem} are`;
  const parts = (['fill', 'rx', 'tx', 'completion', 'stash'] as const)
    .filter((place) => where[place] > 0)
    .map(
      (place) =>
        `${where[place]} on ${{ fill: 'fill rings', rx: 'RX', tx: 'TX', completion: 'completion rings', stash: 'the stash' }[place]}`,
    );
  const rest = elsewhere === undefined ? [] : [`${elsewhere} with programs and drivers`];
  return `of the ${frames.count} frames of UMEM ${umem}, ${[...parts, ...rest].join(', ')}`;
}
