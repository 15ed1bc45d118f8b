import { FlashError } from '../errors.js';
import { readLinks, runIn } from '../host/netns.js';
import type { NicCard } from './model.js';

/** Frames that a real port has given to its wire, as its card counts them. */
export async function countSent(
  netns: string,
  name: string,
  { driver, sentCounters, countsStackApart = false }: Pick<NicCard, 'driver' | 'sentCounters' | 'countsStackApart'>,
): Promise<number> {
  const counted = addCounters(await runIn(netns, 'ethtool', ['-S', name]), driver, sentCounters);
  return countsStackApart ? counted + ((await readLinks(netns))[name]?.txPackets ?? 0) : counted;
}

/** Frames that a port has taken from its wire. */
export async function countReceived(
  netns: string,
  name: string,
  { driver, receivedCounters }: Pick<NicCard, 'driver' | 'receivedCounters'>,
): Promise<number> {
  if (receivedCounters.length === 0) return (await readLinks(netns))[name]?.rxPackets ?? 0;
  return addCounters(await runIn(netns, 'ethtool', ['-S', name]), driver, receivedCounters);
}

export function addCounters(statistics: string, driver: string, names: readonly string[]): number {
  const counters = new Map(
    [...statistics.matchAll(/^\s*(\S+): (\d+)$/gm)].map(([, name = '', value]) => [name, Number(value)]),
  );
  const missing = names.filter((name) => !counters.has(name));
  if (missing.length > 0)
    throw new FlashError(
      'infrastructure',
      `${driver} counts no ${missing.join(', ')}, by which tests know what was on its wire`,
    );
  return names.reduce((sum, name) => sum + (counters.get(name) ?? 0), 0);
}
