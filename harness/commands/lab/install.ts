import { resolve } from 'node:path';
import { InvalidArgumentError, Option, type Command } from 'commander';
import { showProgress, withProgress } from '../../host/progress.js';
import { callerDir } from '../../host/repository.js';
import type { KernelConfig } from '../../kernel/configs.js';
import { buildPackages } from '../../kernel/packages/build-packages.js';
import { requirePermission } from '../../lab/inventory/inventory.js';
import { installOn } from '../../lab/install/install.js';
import { findPackage, readKernelPackage } from '../../lab/install/kernel-package.js';
import { kernelConfig } from '../file-options.js';
import { labCommand, machinesOf, type LabOptions } from './lab-command.js';

interface Options extends LabOptions {
  readonly config: KernelConfig;
  readonly packages?: string;
  readonly bootMinutes: number;
  readonly keep: boolean;
}

export function addLabInstall(lab: Command): void {
  labCommand(lab, 'install')
    .description('install the kernel and boot it once; a kernel that is not healthy in time gives way to the old one')
    .option('--config <name|file>', 'the configuration of the kernel', kernelConfig, 'server' as const)
    .addOption(
      new Option('--packages <folder>', 'take the package from here instead of building one').conflicts('config'),
    )
    .option('--boot-minutes <n>', 'how long a machine may take to boot', someMinutes, 10)
    .option('--keep', 'boot it from then on, too', false)
    .action(async (names: readonly string[], { config, packages, bootMinutes, keep, ...options }: Options) => {
      const { inventory, machines } = machinesOf(names, options);
      for (const machine of machines) requirePermission(machine, 'install-kernels', 'installing kernels');
      const file =
        packages === undefined
          ? (await withProgress((onProgress) => buildPackages({ config, onProgress }))).image
          : findPackage(resolve(callerDir, packages));
      const kernel = await readKernelPackage(file);
      const seconds = bootMinutes * 60;
      for (const machine of machines) {
        const view = showProgress();
        const onStep = (name: string): void => view.onProgress({ kind: 'phase', phase: `${machine.name}: ${name}` });
        await installOn(inventory, machine, {
          ...{ kernel, keep, onStep },
          confirmSeconds: seconds,
          bootDeadlineMs: seconds * 1000,
        }).finally(() => view.stop());
        const until = keep ? 'and boots it from now on' : 'until it is booted again';
        console.log(`${machine.name}: runs ${kernel.release}, ${until}`);
      }
    });
}

export function someMinutes(text: string): number {
  const minutes = Number(text);
  if (minutes > 0) return minutes;
  throw new InvalidArgumentError('Give a number of minutes above 0.');
}
