import { readFileSync } from 'node:fs';
import { readStats } from '../flash/registry.js';
import type { LiveSample } from './report.js';
import type { Hop } from './routes.js';

interface LiveSource {
  /** A process in the namespace of n0 and n1. */
  readonly pid: number;
  readonly hops: readonly Hop[];
}

/** Reads the counters of a running chain without starting a program. */
export function takeSample({ pid, hops }: LiveSource, seconds: number): LiveSample {
  const devices = parseNetDev(readFileSync(`/proc/${pid}/net/dev`, 'utf8'));
  const wire = (from: string, to: string, count: DeviceCount | undefined): LiveSample['wires'][number] => ({
    from,
    to,
    packets: 0,
    bytes: 0,
    ...count,
  });
  return {
    seconds,
    hops: hops.map(({ from, to }) => ({
      from: from.name,
      to: to.name,
      packets: readStats(from.flashId)['redirected'] ?? 0,
    })),
    wires: [
      wire('client', 'n0', devices.get('n0')?.rx),
      wire('n0', 'client', devices.get('n0')?.tx),
      wire('server', 'n1', devices.get('n1')?.rx),
      wire('n1', 'server', devices.get('n1')?.tx),
    ],
  };
}

interface DeviceCount {
  readonly packets: number;
  readonly bytes: number;
}

/** The packets and bytes of /proc/net/dev, by device. */
export function parseNetDev(text: string): Map<string, { rx: DeviceCount; tx: DeviceCount }> {
  const rows = text
    .split('\n')
    .slice(2)
    .filter((line) => line.includes(':'));
  return new Map(
    rows.map((row) => {
      const [name = '', counters = ''] = row.split(':');
      const [rxBytes = 0, rxPackets = 0, , , , , , , txBytes = 0, txPackets = 0] = counters
        .trim()
        .split(/\s+/)
        .map(Number);
      return [name.trim(), { rx: { packets: rxPackets, bytes: rxBytes }, tx: { packets: txPackets, bytes: txBytes } }];
    }),
  );
}
