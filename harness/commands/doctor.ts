import type { Command } from 'commander';
import { inspectFresh } from '../fresh/inspect.js';
import { inspectKvm } from '../machine/guest/inspect-kvm.js';
import { inspectMachine } from '../host/machine.js';
import { inspectPackages } from '../host/packages.js';
import { needsPackages } from './packages.js';
import { formatTable } from '../host/table.js';
import { inspectTools } from '../host/tools.js';
import { findImage } from '../kernel/build/image.js';
import { inspectTakenDevices } from '../passthrough/taken.js';
import { inspectNicQemu } from '../qemu/inspect.js';

const marks = { ok: 'yes', missing: 'NO', optional: 'no' } as const;

export function addDoctor(program: Command): void {
  needsPackages(program.command('doctor'), 'none')
    .description('check what this machine has and lacks, and what to do about it')
    .action(async () => {
      const findings = [
        ...(await inspectPackages()),
        ...(await inspectTools()),
        await inspectNicQemu(),
        ...(await inspectKvm(await findImage())),
        ...(await inspectMachine()),
        ...inspectTakenDevices(),
        await inspectFresh(),
      ];
      const rows = findings.map(({ what, state, found, advice }) => [what, marks[state], found, advice ?? '']);
      console.log(formatTable(['what', '', 'found', 'what to do'], rows, [null, null, 58, 44]));
    });
}
