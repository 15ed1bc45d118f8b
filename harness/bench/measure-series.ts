import type { OnProgress } from '../host/progress.js';
import { measureHeld } from './held.js';
import { lookAtOthers } from './look-at-others.js';
import { measureRedirects } from './redirects.js';
import type { Report } from './report/schema.js';
import { measureRings } from './rings.js';
import type { Sample, SampleFile } from './samples.js';

/** Threads that meet settle into one rhythm or another for as long as a run lasts: many short ones tell more than a few long ones. */
const ringRuns = { quick: { repetitions: 9, milliseconds: 20 }, full: { repetitions: 15, milliseconds: 40 } } as const;
const heldRuns = { quick: { repetitions: 3 }, full: { repetitions: 9 } } as const;

type Kind = 'rings' | 'held' | 'redirects';

/** What is compiled from the series in user space, as far as it is not measured yet. */
export async function measureSeries(samples: SampleFile, size: Report['size'], onProgress: OnProgress): Promise<void> {
  const inTurn = { onProgress: (done: number, total: number): void => onProgress({ kind: 'step', done, total }) };
  const measure = async <Measurement>(
    of: Kind,
    phase: string,
    measured: () => Promise<readonly Measurement[]>,
  ): Promise<void> => {
    if (samples.samples().some((sample) => sample.of === of)) return;
    await lookAtOthers(samples);
    onProgress({ kind: 'phase', phase, unit: 'measurements' });
    for (const measurement of await measured()) samples.add({ of, measurement } as Sample);
  };
  await measure('rings', 'rings alone', () => measureRings({ ...ringRuns[size], ...inTurn }));
  await measure('held', 'rings with a producer that is held', () => measureHeld({ ...heldRuns[size], ...inTurn }));
  await measure('redirects', 'redirects alone', () => measureRedirects({ ...ringRuns[size], ...inTurn }));
}
