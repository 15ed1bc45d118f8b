import { nicModels } from '../nics/model.js';
import { modelsFor } from '../nics/models-for.js';

/** What tests run on that take a device by its name. */
export const devices = ['veth', ...nicModels] as const;

export type DeviceName = (typeof devices)[number];

/** The one that was asked for, or all, if the base can have them. */
export function devicesFor(base: string, asked?: DeviceName): readonly DeviceName[] {
  if (asked === undefined) return ['veth', ...modelsFor(base)];
  return asked === 'veth' ? [asked] : modelsFor(base, [asked]);
}
