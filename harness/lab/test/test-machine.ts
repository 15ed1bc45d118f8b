import { FlashError } from '../../errors.js';
import { shellWord } from '../../host/shell-word.js';
import { cardOfDriver, nicCards, type NicModel } from '../../nics/model.js';
import { interruptSignal } from '../../process/interrupt.js';
import { runSuites, type SuiteRun } from '../../suites/run-suites.js';
import { requirePermission, type Inventory, type LabMachine } from '../inventory/inventory.js';
import { requireLoop } from '../cables/find-cables.js';
import { parseMaximums } from '../ports/ethtool-text.js';
import type { PortState } from '../ports/state.js';
import {
  openSession,
  placePrograms,
  recordPorts,
  requireRestored,
  restorePorts,
  type Session,
} from '../session/session.js';
import { watchKernel } from './kernel-words.js';
import { loopOf } from './loop.js';
import type { LabPart } from './parts.js';

export interface LabTestOptions {
  readonly parts: readonly LabPart[];
  readonly match?: string | undefined;
  readonly onNote: (text: string) => void;
  readonly record: (runs: readonly SuiteRun[]) => void;
}

/** Runs tests on two ports of a machine that are cabled to each other, and leaves the machine as it was. */
export async function testMachine(
  inventory: Inventory,
  machine: LabMachine,
  { parts, match, onNote, record }: LabTestOptions,
): Promise<readonly SuiteRun[]> {
  requirePermission(machine, 'change-ports', 'tests on its ports');
  requirePermission(machine, 'reserve-hugepages', 'tests of zero copy, which need huge pages');
  const { ports, addresses } = loopOf(inventory, machine);
  await using session = await openSession(inventory, machine, 'test');
  await requireFlash(session);
  await placePrograms(session, onNote);
  const states = await recordPorts(session, { [ports[0]]: addresses[0], [ports[1]]: addresses[1] });
  try {
    const model = cardOf(machine, states);
    for (const state of states) await requireQueues(session, state, nicCards[model].queues);
    await requireLoop(session, states);
    const suites = parts.map((part) => ({
      name: `${machine.name} ${part.name}`,
      run: () => watchKernel(session.connection, () => part.run({ session, model, addresses, match })),
    }));
    return await runSuites(suites, { config: 'lean' }, record);
  } finally {
    // Interrupted or cut off, it is the machine itself that does this.
    if (!interruptSignal.aborted && session.connection.isOpen())
      requireRestored(machine, (await restorePorts(session)).problems);
  }
}

async function requireFlash({ connection, machine }: Session): Promise<void> {
  const { exitCode } = await connection.attempt('[ -d /sys/kernel/flash ]', { what: 'looking for FLASH' });
  if (exitCode === 0) return;
  throw new FlashError('infrastructure', `the kernel that ${machine.name} runs has no FLASH`, {
    advice: `npm run lab -- install ${machine.name}`,
  });
}

/** Tests have to know how many frames a driver hoards and what its card counts. */
export function cardOf({ name }: LabMachine, states: readonly PortState[]): NicModel {
  const drivers = [...new Set(states.map(({ driver = 'none' }) => driver))];
  const [driver = 'none'] = drivers;
  const card = cardOfDriver(driver);
  if (drivers.length === 1 && card !== undefined) return card;
  const known = Object.values(nicCards).map((each) => each.driver);
  throw new FlashError('usage', `the ports of ${name} have the drivers ${drivers.join(' and ')}`, {
    advice: `the tests know ${known.join(', ')}, the same for both ports`,
  });
}

async function requireQueues(
  { connection, machine }: Session,
  { name, port }: PortState,
  needed: number,
): Promise<void> {
  const said = await connection.attempt(`PATH="$PATH:/usr/sbin" ethtool -l ${shellWord(name)}`, { what: 'ethtool' });
  const most = parseMaximums(said.stdout)['combined'] ?? 0;
  if (most >= needed) return;
  throw new FlashError(
    'infrastructure',
    `${port} (${name}) of ${machine.name} can have ${most} queues, and tests need ${needed}`,
    { advice: 'a driver has one for each core: take a machine with more' },
  );
}
