import type { Finding } from '../../host/finding.js';
import type { Inventory, LabMachine } from '../inventory/inventory.js';
import { connectTo } from '../session/session.js';
import { judgeLook } from './findings.js';
import { lookScript, parseLook } from './look.js';

/** Looks at a machine and changes nothing on it. */
export async function inspectLabMachine(inventory: Inventory, machine: LabMachine): Promise<readonly Finding[]> {
  await using connection = await connectTo(inventory, machine);
  const said = await connection.run(lookScript(machine), { what: 'looking at the machine' });
  return judgeLook(machine, parseLook(said));
}
