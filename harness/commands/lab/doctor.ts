import type { Command } from 'commander';
import { describeFailure, exitCodes } from '../../errors.js';
import type { Finding } from '../../host/finding.js';
import { formatTable } from '../../host/table.js';
import { inspectLabMachine } from '../../lab/doctor/doctor.js';
import { throwIfInterrupted } from '../../process/interrupt.js';
import { labCommand, machinesOf, type LabOptions } from './lab-command.js';

const marks = { ok: 'yes', missing: 'NO', optional: 'no' } as const;

export function addLabDoctor(lab: Command): void {
  labCommand(lab, 'doctor')
    .description('say what the machines have, and what blocks a run; changes nothing on them')
    .action(async (names: readonly string[], options: LabOptions) => {
      const { inventory, machines } = machinesOf(names, options);
      for (const machine of machines) {
        const findings = await inspectLabMachine(inventory, machine).catch(unreachable);
        const rows = findings.map(({ what, state, found, advice = '' }) => [what, marks[state], found, advice]);
        console.log(formatTable([machine.name, '', 'found', 'what to do'], rows, [null, null, 58, 44]));
        if (findings.some(({ state }) => state === 'missing')) process.exitCode = exitCodes.infrastructure;
      }
    });
}

/** The other machines still get their turn. */
function unreachable(error: unknown): readonly Finding[] {
  throwIfInterrupted();
  return [{ what: 'ssh', state: 'missing', found: describeFailure(error).replace(/^flash: /, '') }];
}
