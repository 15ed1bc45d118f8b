import { randomBytes } from 'node:crypto';
import { FlashError } from '../../errors.js';
import type { Finding } from '../../host/finding.js';
import { runProgram } from '../../machine/run-program.js';
import { interruptSignal } from '../../process/interrupt.js';
import { requirePermission, type Inventory, type LabMachine } from '../inventory/inventory.js';
import type { PortState } from '../ports/state.js';
import {
  openSession,
  placePrograms,
  recordPorts,
  requireRestored,
  restorePorts,
  type Session,
} from '../session/session.js';
import { cablesProgram, type Heard } from './cables-program.js';
import { judgeCables } from './judge-cables.js';

/** A card may take some seconds to have a link after it was brought up. */
const seconds = 10;
const deadlineMs = 120_000;

/** Sends frames from all ports of the machines that have cables, and says where they arrive. */
export async function findCables(inventory: Inventory, onNote: (text: string) => void): Promise<readonly Finding[]> {
  const { cables, machines } = inventory;
  const cabled = machines.filter(({ name }) => cables.flat().some((end) => end.machine === name));
  for (const machine of cabled) requirePermission(machine, 'change-ports', 'sending frames from its ports');
  const sessions: Session[] = [];
  try {
    for (const machine of cabled) {
      const session = await openSession(inventory, machine, 'doctor --cables');
      sessions.push(session);
      await placePrograms(session, onNote);
    }
    const token = randomBytes(6).toString('hex');
    const heard = await Promise.all(sessions.map((session) => sendFrom(session, session.machine, token)));
    return judgeCables(cables, heard.flat());
  } finally {
    for (const session of sessions) await session[Symbol.asyncDispose]();
  }
}

async function sendFrom(session: Session, machine: LabMachine, token: string): Promise<readonly Heard[]> {
  const states = await recordPorts(session, machine.ports);
  try {
    return await sendFromRecorded(session, states, token);
  } finally {
    if (!interruptSignal.aborted && session.connection.isOpen())
      requireRestored(machine, (await restorePorts(session)).problems);
  }
}

function sendFromRecorded(session: Session, states: readonly PortState[], token: string): Promise<readonly Heard[]> {
  const ports = Object.fromEntries(states.map(({ port, name }) => [`${session.machine.name}.${port}`, name]));
  return runProgram(session.programs(deadlineMs), cablesProgram, { ports, token, seconds });
}

/** Refuses a loop that is not where the inventory has it. Its ports have been recorded. */
export async function requireLoop(session: Session, states: readonly PortState[]): Promise<void> {
  const { name: machine } = session.machine;
  const [one, other] = states.map(({ port }) => ({ machine, port }));
  if (one === undefined || other === undefined) return;
  const heard = await sendFromRecorded(session, states, randomBytes(6).toString('hex'));
  const [finding] = judgeCables([[one, other]], heard);
  if (finding === undefined || finding.state === 'ok') return;
  throw new FlashError('infrastructure', `the cable ${finding.what} is not as the inventory has it: ${finding.found}`, {
    advice: `${finding.advice}; \`npm run lab -- doctor --cables\` looks at all ports`,
  });
}
