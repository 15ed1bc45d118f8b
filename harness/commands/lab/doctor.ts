import type { Command } from 'commander';
import { describeFailure, exitCodes } from '../../errors.js';
import type { Finding } from '../../host/finding.js';
import { formatTable } from '../../host/table.js';
import { findCables } from '../../lab/cables/find-cables.js';
import { inspectLabMachine } from '../../lab/doctor/doctor.js';
import { throwIfInterrupted } from '../../process/interrupt.js';
import { labCommand, machinesOf, type LabOptions } from './lab-command.js';

interface Options extends LabOptions {
  readonly cables: boolean;
}

const marks = { ok: 'yes', missing: 'NO', optional: 'no' } as const;

export function addLabDoctor(lab: Command): void {
  labCommand(lab, 'doctor')
    .description('say what the machines have, and what blocks a run; changes nothing on them')
    .option('--cables', 'also send frames from their ports, which takes change-ports, and say where they arrive', false)
    .action(async (names: readonly string[], { cables, ...options }: Options) => {
      const { inventory, machines } = machinesOf(names, options);
      for (const machine of machines) {
        const findings = await inspectLabMachine(inventory, machine).catch(unreachable);
        show(machine.name, findings);
      }
      if (cables) show('cables', await findCables(inventory, (text) => console.log(text)));
    });
}

function show(about: string, findings: readonly Finding[]): void {
  const rows = findings.map(({ what, state, found, advice = '' }) => [what, marks[state], found, advice]);
  console.log(formatTable([about, '', 'found', 'what to do'], rows, [null, null, 58, 44]));
  if (findings.some(({ state }) => state === 'missing')) process.exitCode = exitCodes.infrastructure;
}

/** The other machines still get their turn. */
function unreachable(error: unknown): readonly Finding[] {
  throwIfInterrupted();
  return [{ what: 'ssh', state: 'missing', found: describeFailure(error).replace(/^flash: /, '') }];
}
