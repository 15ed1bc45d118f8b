import { openRecord, type RunRecord } from '../host/record.js';
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

export interface SampleFile extends RunRecord<Sample> {
  readonly has: (job: Job) => boolean;
}

/**
 * Starts the file anew, or goes on with what it has.
 * @param conditions what must be the same when a run goes on: the plan, the kernel, the place.
 */
export function openSamples(path: string, conditions: object, resume: boolean): SampleFile {
  const record = openRecord<Sample>(path, conditions, resume);
  return {
    ...record,
    has: (job) =>
      record
        .samples()
        .some((sample) => sample.of === 'chain' && !('failure' in sample) && keyOf(sample.job) === keyOf(job)),
  };
}
