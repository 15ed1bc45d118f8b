import type { Finding } from '../host/finding.js';
import { recordedDevices } from './record.js';
import { thisSystem } from './system.js';

/** Nothing to say if every device has its driver. */
export function inspectTakenDevices({ recordsDir } = thisSystem): readonly Finding[] {
  const taken = recordedDevices(recordsDir);
  if (taken.length === 0) return [];
  const advice = 'unless a run has them now: `npm test -- nic --give-back`';
  return [{ what: 'NICs taken for guests', state: 'optional', found: taken.join(', '), advice }];
}
