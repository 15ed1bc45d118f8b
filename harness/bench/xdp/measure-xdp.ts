import type { OnProgress } from '../../host/progress.js';
import { guest } from '../../machine/guest.js';
import { runProgram } from '../../machine/run-program.js';
import { best, countingMachine, instructionsPerSecond } from '../instructions.js';
import { xdpCostsProgram, type XdpCost } from './xdp-costs-program.js';

const deadlineMs = 1_800_000;

/** Boots a kernel on a processor that counts its instructions, and has each program of bpf/ take packets there. */
export async function measureXdp(image: string, onProgress: OnProgress): Promise<readonly XdpCost[]> {
  onProgress({ kind: 'phase', phase: 'booting a processor that counts' });
  const machine = guest({ ...countingMachine, image, deadlineMs, bootDeadlineMs: deadlineMs });
  return runProgram(
    machine,
    xdpCostsProgram,
    {},
    {
      onEvent: ({ what, mode }) => onProgress({ kind: 'phase', phase: `measured: ${what}, ${mode}` }),
    },
  );
}

/** A row for each program, and one for none: in both modes instructions of a packet, and packets a second. */
export function xdpRows(costs: readonly XdpCost[]): string[][] {
  const least = (what: string, mode: XdpCost['mode']): number | undefined => {
    const found = costs.find((cost) => cost.what === what && cost.mode === mode);
    return found === undefined ? undefined : best(found);
  };
  const none = least('no program', 'none');
  const cells = (value: number | undefined): string[] =>
    value === undefined ? ['', ''] : [value.toFixed(0), `${(instructionsPerSecond / value / 1000).toFixed(0)} k`];
  const whats = [...new Set(costs.filter(({ mode }) => mode !== 'none').map(({ what }) => what))];
  return [
    ['no program', ...cells(none), ...cells(none)],
    ...whats.map((what) => [what, ...cells(least(what, 'native')), ...cells(least(what, 'generic'))]),
  ];
}
