import { FlashError } from '../../errors.js';
import type { Inventory, LabMachine } from '../inventory/inventory.js';

/** The two ports of a machine that are cabled to each other, and their addresses. */
export interface Loop {
  readonly ports: readonly [string, string];
  readonly addresses: [string, string];
}

export function loopOf({ cables, path }: Inventory, { name, ports }: LabMachine): Loop {
  const loop = cables.find(([one, other]) => one.machine === name && other.machine === name);
  if (loop === undefined)
    throw new FlashError('usage', `${path} has no cable between two ports of ${name}, on which the tests run`, {
      advice: `put a cable between two of its ports, and write it down: cables: [[${name}.p0, ${name}.p1]]`,
    });
  const [one, other] = [loop[0].port, loop[1].port];
  return { ports: [one, other], addresses: [ports[one] ?? '', ports[other] ?? ''] };
}
