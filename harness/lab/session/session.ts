import { randomBytes } from 'node:crypto';
import { hostname, userInfo } from 'node:os';
import { FlashError } from '../../errors.js';
import { connectSsh, type SshConnection } from '../../machine/ssh/connection.js';
import { placeHarness } from '../../machine/ssh/place-harness.js';
import type { Machine } from '../../machine/machine.js';
import { runProgram } from '../../machine/run-program.js';
import { sshMachine } from '../../machine/ssh.js';
import { buildNative } from '../../native/build-native.js';
import type { Inventory, LabMachine } from '../inventory/inventory.js';
import { recordProgram, restoreProgram, type Restored } from '../ports/port-programs.js';
import type { PortState } from '../ports/state.js';
import { keepMachine, runVariable } from './keeper.js';

/** A machine of the lab that is held for one run. */
export interface Session extends AsyncDisposable {
  readonly machine: LabMachine;
  readonly connection: SshConnection;
  /** Where programs of the harness run, once it has been placed. */
  readonly programs: (deadlineMs: number) => Machine;
}

export function connectTo({ directory }: Inventory, machine: LabMachine): Promise<SshConnection> {
  return connectSsh({ ...machine, directory });
}

/** Connects and takes the machine's lock. Nothing else is changed. */
export async function openSession(inventory: Inventory, machine: LabMachine, purpose: string): Promise<Session> {
  const connection = await connectTo(inventory, machine);
  try {
    await requireRoot(connection);
    const token = randomBytes(8).toString('hex');
    const keeper = await keepMachine(connection, describeRun(purpose), token);
    return {
      machine,
      connection,
      programs: (deadlineMs) => sshMachine({ connection, deadlineMs, env: { [runVariable]: token } }),
      async [Symbol.asyncDispose]() {
        await keeper[Symbol.asyncDispose]();
        await connection[Symbol.asyncDispose]();
      },
    };
  } catch (error) {
    await connection[Symbol.asyncDispose]();
    throw error;
  }
}

function describeRun(purpose: string): string {
  return `${purpose} of ${userInfo().username}@${hostname()}, since ${new Date().toISOString()}`;
}

async function requireRoot(connection: SshConnection): Promise<void> {
  const uid = (await connection.run('id -u', { what: 'asking who this is' })).trim();
  if (uid === '0') return;
  const { name, ssh } = connection.target;
  throw new FlashError('usage', `\`ssh ${ssh}\` is user ${uid} on ${name}, and this needs root there`, {
    advice: 'name root in the inventory: ssh: root@HOST',
  });
}

const recordDeadlineMs = 300_000;

/** Places the harness. What an earlier run has left is put in order first. */
export async function placePrograms(session: Session, onNote: (text: string) => void): Promise<void> {
  await buildNative();
  await placeHarness(session.connection);
  const { since, problems } = await restorePorts(session);
  if (since !== undefined) onNote(`${session.machine.name} was left changed by ${since}: it is as it was again`);
  requireRestored(session.machine, problems);
}

/** Writes down on the machine how its ports are. From here on they may be changed. */
export function recordPorts(session: Session, ports: Readonly<Record<string, string>>): Promise<readonly PortState[]> {
  return reachedAt(session.connection).then((address) =>
    runProgram(session.programs(recordDeadlineMs), recordProgram, {
      who: describeRun('a run'),
      ports,
      ...(address !== undefined && { reachedAt: address }),
    }),
  );
}

async function reachedAt(connection: SshConnection): Promise<string | undefined> {
  const said = await connection.run('echo "$SSH_CONNECTION"', { what: 'asking for the address' });
  return said.trim().split(' ')[2];
}

export function restorePorts(session: Session): Promise<Restored> {
  return runProgram(session.programs(recordDeadlineMs), restoreProgram, {});
}

export function requireRestored({ name }: LabMachine, problems: readonly string[]): void {
  if (problems.length === 0) return;
  throw new FlashError('infrastructure', `${name} is not as it was`, {
    logTail: problems.join('\n'),
    advice: `its record is kept in /var/lib/flash/record.json: mend the cause, then \`npm run lab -- restore ${name}\``,
  });
}
