import { openPerCpuMap, u32Key } from '../ffi/bpf-map.js';
import { mostReplicas, openBalancer } from './delivery.js';
import { openDnat } from './dnat.js';
import { openFirewall } from './firewall.js';
import { pinnedMapNames, withPinnedMaps } from './pins.js';

type MapFd = (map: string) => number;

/** What programs count, by the map that shows that a program is there. */
const counting: readonly (readonly [program: string, map: string, read: (mapFd: MapFd) => unknown])[] = [
  [
    'firewall',
    'fw_counters',
    (mapFd) => {
      const firewall = openFirewall(mapFd);
      return { ...firewall.counters(), blockedPrefixes: firewall.blocked(), sources: firewall.sources() };
    },
  ],
  ['dnat', 'dnat_counters', (mapFd) => openDnat(mapFd).counters()],
  [
    'cpumap',
    'cpumap_seen',
    (mapFd) => ({
      packets: Number(openPerCpuMap({ fd: mapFd('cpumap_seen'), keyBytes: 4, valueBytes: 8 }).sum(u32Key(0))?.[0] ?? 0),
    }),
  ],
  [
    'balance',
    'lb_packets',
    (mapFd) => {
      const balancer = openBalancer({ mapFd });
      return { packetsOfReplicas: Array.from({ length: mostReplicas }, (_, replica) => balancer.packets(replica)) };
    },
  ],
];

/** What each program has counted that is pinned as a name. */
export function pinnedCounters(name: string): Readonly<Record<string, unknown>> {
  const maps = pinnedMapNames(name);
  return withPinnedMaps(name, (mapFd) =>
    Object.fromEntries(
      counting.filter(([, map]) => maps.includes(map)).map(([program, , read]) => [program, read(mapFd)]),
    ),
  );
}
