import { existsSync, readdirSync, readlinkSync } from 'node:fs';
import { basename, join } from 'node:path';
import { FlashError } from '../errors.js';
import type { NicModel } from './model.js';

export const netDir = '/sys/class/net';

/** From within the guest: the first devices that the driver of a model serves, in the order of their slots. */
export function portsOf(model: NicModel, count: number): string[] {
  const found = readdirSync(netDir)
    .filter((name) => linkName(name, 'device', 'driver') === model)
    .sort((one, other) => linkName(one, 'device').localeCompare(linkName(other, 'device')));
  if (found.length < count) throw new FlashError('infrastructure', `this guest has ${found.length} ports of an ${model} and needs ${count}: ${found.join(', ')}`);
  return found.slice(0, count);
}

function linkName(device: string, ...path: readonly string[]): string {
  const link = join(netDir, device, ...path);
  return existsSync(link) ? basename(readlinkSync(link)) : '';
}
