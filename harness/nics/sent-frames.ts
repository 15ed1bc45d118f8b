import { sum } from 'd3-array';
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

export function addCounters(statistics: string, driver: string, names: RegExp): number {
  const values = [...statistics.matchAll(/^\s*(\S+): (\d+)$/gm)]
    .filter(([, name = '']) => names.test(name))
    .map(([, , value]) => Number(value));
  if (values.length === 0)
    throw new FlashError('infrastructure', `${driver} counts no ${names.source}, by which tests know what was sent`);
  return sum(values);
}
