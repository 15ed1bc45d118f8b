import { measureCrowd } from '../bench/monitor/crowd.js';
import {
  monitorCostsProgram,
  replacements,
  type Crowd,
  type Replacement,
} from '../bench/monitor/monitor-costs-program.js';
import { replace } from '../bench/monitor/replace.js';
import { serve } from '../machine/serve.js';

await serve(monitorCostsProgram, async ({ crowds, packetsPerSecond }, tell) => {
  const replaced: Replacement[] = [];
  for (const how of replacements) {
    replaced.push(await replace(how, packetsPerSecond));
    tell({ measured: `another function, ${how}` });
  }
  const measured: Crowd[] = [];
  for (const functions of crowds) {
    measured.push(await measureCrowd(functions));
    tell({ measured: `${functions} functions` });
  }
  return { replaced, crowds: measured };
});
