import type { Command } from 'commander';
import { probeKvm } from '../guest/kvm.js';
import type { Finding } from '../host/finding.js';
import { inspectMachine } from '../host/machine.js';
import { formatTable } from '../host/table.js';
import { inspectTools } from '../host/tools.js';
import { inspectNicQemu } from '../qemu/inspect.js';

const marks = { ok: 'yes', missing: 'NO', optional: 'no' } as const;

export function addDoctor(program: Command): void {
  program
    .command('doctor')
    .description('what this machine has and lacks')
    .action(async () => {
      const findings = [...(await inspectTools()), await inspectNicQemu(), await inspectKvm(), ...(await inspectMachine())];
      const rows = findings.map(({ what, state, found, advice }) => [what, marks[state], found, advice ?? '']);
      console.log(formatTable(['what', '', 'found', 'what to do'], rows, [null, null, 58, 44]));
    });
}

async function inspectKvm(): Promise<Finding> {
  const { works, reason } = await probeKvm();
  if (works) return { what: 'KVM boots a guest', state: 'ok', found: reason };
  return { what: 'KVM boots a guest', state: 'optional', found: reason, advice: 'guests run without it (TCG), about ten times slower' };
}
