import type { OnProgress } from '../../host/progress.js';
import { runProgram } from '../../machine/run-program.js';
import { countCells, countingGuest } from '../counting.js';
import { xdpCostsProgram, type XdpCost } from './xdp-costs-program.js';

const deadlineMs = 1_800_000;

/** Boots a kernel on a processor that counts its instructions, and has each program of bpf/ take packets there. */
export async function measureXdp(image: string, onProgress: OnProgress): Promise<readonly XdpCost[]> {
  onProgress({ kind: 'phase', phase: 'booting a processor that counts' });
  return runProgram(
    countingGuest({ image, deadlineMs }),
    xdpCostsProgram,
    {},
    {
      onEvent: ({ what, mode }) => onProgress({ kind: 'phase', phase: `measured: ${what}, ${mode}` }),
    },
  );
}

/** A row for each program, and one for none: in both modes instructions of a packet, and packets a second. */
export function xdpRows(costs: readonly XdpCost[]): string[][] {
  const cells = (what: string, mode: XdpCost['mode']): string[] => {
    const found = costs.find((cost) => cost.what === what && cost.mode === mode);
    return found === undefined ? ['', ''] : countCells(found);
  };
  const none = cells('no program', 'none');
  const whats = [...new Set(costs.filter(({ mode }) => mode !== 'none').map(({ what }) => what))];
  return [
    ['no program', ...none, ...none],
    ...whats.map((what) => [what, ...cells(what, 'native'), ...cells(what, 'generic')]),
  ];
}
