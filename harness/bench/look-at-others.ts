import { measureBusy } from '../host/busy.js';
import type { SampleFile } from './samples.js';

const lookMs = 2000;
const toleratedBusy = 0.05;

/** Before anything is timed: a machine that does other things as well is measured beside them. */
export async function lookAtOthers(samples: SampleFile): Promise<void> {
  const busy = await measureBusy(lookMs);
  samples.add({ of: 'others', busy });
  if (busy > toleratedBusy)
    console.error(
      `flash: other programs use ${Math.round(100 * busy)} % of this machine's processors: what is timed now is timed beside them`,
    );
}
