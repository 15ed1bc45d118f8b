import { appendFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { FlashError } from '../errors.js';
import { keyOf } from './chains/jobs.js';
import type { Job } from './chains/plan.js';
import type { ChainSample } from './chain-sample.js';
import type { HeldMeasurement } from './held.js';
import type { KernelCosts } from './instructions.js';
import type { RedirectMeasurement } from './redirects.js';
import type { RingMeasurement } from './rings.js';

/** One thing that was measured, once. */
export type Sample =
  | ChainSample
  /** The share of the processors, 0 to 1, that other programs used just before something was measured. */
  | { readonly of: 'others'; readonly busy: number }
  | { readonly of: 'rings'; readonly measurement: RingMeasurement }
  | { readonly of: 'held'; readonly measurement: HeldMeasurement }
  | { readonly of: 'redirects'; readonly measurement: RedirectMeasurement }
  | { readonly of: 'costs'; readonly costs: KernelCosts };

/** The samples of a run in a file, each there as soon as it was taken, so that the run can go on later. */
export interface SampleFile {
  readonly samples: () => readonly Sample[];
  readonly add: (sample: Sample) => void;
  readonly has: (job: Job) => boolean;
}

/**
 * Starts the file anew, or goes on with what it has.
 * @param conditions what must be the same when a run goes on: the plan, the kernel, the place.
 */
export function openSamples(path: string, conditions: object, resume: boolean): SampleFile {
  const header = JSON.stringify(conditions);
  const samples: Sample[] = [];
  if (resume) samples.push(...readSamples(path, header));
  else {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, `${header}\n`);
  }
  return {
    samples: () => samples,
    add(sample) {
      samples.push(sample);
      appendFileSync(path, `${JSON.stringify(sample)}\n`);
    },
    has: (job) =>
      samples.some((sample) => sample.of === 'chain' && !('failure' in sample) && keyOf(sample.job) === keyOf(job)),
  };
}

function readSamples(path: string, header: string): Sample[] {
  if (!existsSync(path))
    throw new FlashError('usage', `there is no run to go on with: ${path} is missing`, {
      advice: 'leave out --resume',
    });
  // A run that was killed may have left half a line.
  const lines = readFileSync(path, 'utf8').split('\n').slice(0, -1);
  if (lines[0] !== header)
    throw new FlashError('usage', `${path} is of another run: its plan, kernel or place differ`, {
      advice: 'give the options of that run, or leave out --resume',
    });
  writeFileSync(path, lines.map((line) => `${line}\n`).join(''));
  return lines.slice(1).map((line) => JSON.parse(line) as Sample);
}
