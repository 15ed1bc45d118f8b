import type { Inventory, LabMachine } from './inventory/inventory.js';
import { requirePermission } from './inventory/inventory.js';
import { recordPath } from './ports/record.js';
import { openSession, placePrograms } from './session/session.js';

/** Makes a machine as its record says. Returns whether there was one. */
export async function restoreMachine(
  inventory: Inventory,
  machine: LabMachine,
  onNote: (text: string) => void,
): Promise<boolean> {
  await using session = await openSession(inventory, machine, 'restore');
  const { exitCode } = await session.connection.attempt(`[ -e ${recordPath} ]`, { what: 'looking for a record' });
  if (exitCode !== 0) return false;
  requirePermission(machine, 'change-ports', 'changing ports');
  await placePrograms(session, onNote);
  return true;
}
