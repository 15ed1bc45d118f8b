import * as z from 'zod';
import { addressBytes, addressText, textOfMapped, versionOf } from '../host/ip-address.js';
import { openMap, openPerCpuMap, u32Key, type BpfMap } from '../ffi/bpf-map.js';

/** An address, or a prefix of many: 192.0.2.1, 192.0.2.0/24, 2001:db8::/32. */
export const prefixSchema = z.string().transform((text, context) => {
  const [address = '', length, ...more] = text.split('/');
  const version = versionOf(address);
  const longest = version === 4 ? 32 : 128;
  const bits = length === undefined ? longest : /^\d{1,3}$/.test(length) ? Number(length) : Number.NaN;
  if (version !== undefined && more.length === 0 && bits >= 0 && bits <= longest) return { version, address, bits };
  context.addIssue({ code: 'custom', message: `"${text}" is no address like 192.0.2.1 or prefix like 2001:db8::/32` });
  return z.NEVER;
});

export type Prefix = z.output<typeof prefixSchema>;

export const firewallCounters = ['passed', 'blocked', 'truncated', 'notIp'] as const;
export type FirewallCounters = Readonly<Record<(typeof firewallCounters)[number], number>>;

export interface SourceCount {
  readonly address: string;
  readonly passed: number;
  readonly dropped: number;
  readonly bytes: number;
}

/** The maps of bpf/xdp_firewall.bpf.c. */
export interface Firewall {
  readonly block: (prefix: string) => void;
  /** Whether exactly this prefix was blocked. */
  readonly unblock: (prefix: string) => boolean;
  readonly blocked: () => string[];
  readonly counters: () => FirewallCounters;
  /** Those that were seen last, if there were more than the map takes. */
  readonly sources: () => SourceCount[];
}

export function openFirewall(mapFd: (map: string) => number): Firewall {
  const blocked = {
    4: openMap({ fd: mapFd('fw_blocked_v4'), keyBytes: 8, valueBytes: 1 }),
    6: openMap({ fd: mapFd('fw_blocked_v6'), keyBytes: 20, valueBytes: 1 }),
  } as const;
  const counters = openPerCpuMap({ fd: mapFd('fw_counters'), keyBytes: 4, valueBytes: 8 });
  const sources = openPerCpuMap({ fd: mapFd('fw_sources'), keyBytes: 16, valueBytes: 24 });
  return {
    block(text) {
      const prefix = prefixSchema.parse(text);
      blocked[prefix.version].set(keyOf(prefix), Buffer.from([1]));
    },
    unblock(text) {
      const prefix = prefixSchema.parse(text);
      return blocked[prefix.version].delete(keyOf(prefix));
    },
    blocked: () => [...listed(blocked[4]), ...listed(blocked[6])],
    counters: () =>
      Object.fromEntries(
        firewallCounters.map((name, at) => [name, Number(counters.sum(u32Key(at))?.[0] ?? 0)]),
      ) as FirewallCounters,
    sources: () =>
      sources.sums().map(([key, [passed, dropped, bytes]]) => ({
        address: textOfMapped(key),
        ...{ passed: Number(passed), dropped: Number(dropped), bytes: Number(bytes) },
      })),
  };
}

function keyOf({ version, address, bits }: Prefix): Buffer {
  const length = Buffer.alloc(4);
  length.writeUInt32LE(bits);
  return Buffer.concat([length, addressBytes(version, address)]);
}

function listed(map: BpfMap): string[] {
  return map.entries().map(([key]) => `${addressText(key.subarray(4))}/${key.readUInt32LE(0)}`);
}
