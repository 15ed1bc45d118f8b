import type { OnProgress } from '../../host/progress.js';
import { runProgram } from '../../machine/run-program.js';
import { countingGuest, instructionsPerSecond } from '../counting.js';
import { monitorCostsProgram, type Crowd, type Replacement } from './monitor-costs-program.js';

const deadlineMs = 1_800_000;
const packetsPerSecond = 1000;
const crowds = [1, 10, 100];

export interface MonitorCosts {
  readonly replaced: readonly Replacement[];
  readonly crowds: readonly Crowd[];
}

/** Boots a kernel on a processor whose clock is its instructions, and has the monitor run chains there. */
export function measureMonitor(image: string, onProgress: OnProgress): Promise<MonitorCosts> {
  onProgress({ kind: 'phase', phase: 'booting a processor that counts' });
  return runProgram(
    countingGuest({ image, deadlineMs, memoryMb: 4096 }),
    monitorCostsProgram,
    { crowds, packetsPerSecond },
    { onEvent: ({ measured }) => onProgress({ kind: 'phase', phase: `measured: ${measured}` }) },
  );
}

const titles: Readonly<Record<Replacement['how'], string>> = {
  beside: 'joined beside it, `apply` leads packets there',
  stopped: 'started when the old one is asked to stop',
  killed: 'started when the old one is killed',
};

export const replacementHead: readonly string[] = [
  'the new one is',
  'ms until it forwards',
  'longest gap in ms',
  'sent',
  'lost',
];

export function replacementRows(replaced: readonly Replacement[]): string[][] {
  return replaced.map(({ how, untilNewMs, longestGapMs, sent, lost }) => [
    titles[how],
    untilNewMs.toFixed(1),
    longestGapMs.toFixed(1),
    String(sent),
    String(lost),
  ]);
}

export const crowdHead: readonly string[] = [
  ...['functions', 'memory in MiB', 'joins a second', '`status` a second', '`apply` a second', 'idle'],
];

/** Requests a second are those that a processor could serve that does nothing else. */
export function crowdRows(costs: readonly Crowd[]): string[][] {
  const aSecond = (instructions: number): string => (instructionsPerSecond / instructions).toFixed(0);
  return costs.map(({ functions, memory, join, status, apply, idle }) => [
    ...[String(functions), (memory / 2 ** 20).toFixed(1), aSecond(join), aSecond(status), aSecond(apply)],
    `${((100 * idle) / instructionsPerSecond).toFixed(2)} %`,
  ]);
}
