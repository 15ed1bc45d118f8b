import { buildRedirect, runRedirect, type RedirectRun, type RedirectSample } from '../native/redirect.js';
import { measureInTurn } from './in-turn.js';
import { figureOf } from './report/figure.js';
import type { Figure } from './report/schema.js';
import type { RingsOptions } from './rings.js';

const hops = [
  { hop: 'zero-copy', packetBytes: 64 },
  { hop: 'copy', packetBytes: 64 },
  { hop: 'copy', packetBytes: 1500 },
] as const;
const batches = [1, 8, 32, 64] as const;

export const redirectCases: readonly RedirectRun[] = hops.flatMap((hop) => batches.map((batch) => ({ ...hop, batch })));

/** What the repetitions of one combination gave. */
export interface RedirectMeasurement extends RedirectRun {
  readonly cyclesPerPacket: Figure;
  readonly nsPerPacket: Figure;
}

export async function measureRedirects({ milliseconds, ...inTurn }: RingsOptions): Promise<RedirectMeasurement[]> {
  const program = await buildRedirect();
  if (process.arch !== 'x64') return [];
  const samples = await measureInTurn(redirectCases, inTurn, (each) => runRedirect(program, each, milliseconds));
  return [...samples].map(([options, taken]) => summarizeRedirect(options, taken));
}

export function summarizeRedirect(options: RedirectRun, samples: readonly RedirectSample[]): RedirectMeasurement {
  return {
    ...options,
    cyclesPerPacket: figureOf(samples.map(({ cyclesPerPacket }) => cyclesPerPacket)),
    nsPerPacket: figureOf(samples.map(({ nsPerPacket }) => nsPerPacket)),
  };
}
