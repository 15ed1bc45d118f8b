import { Option, type Command } from 'commander';
import { formatSeconds } from '../host/duration.js';
import { showProgress } from '../host/progress.js';
import { buildKernel } from '../kernel/build/build.js';
import { guestConfigs, type GuestConfig } from '../kernel/configs.js';

interface Options {
  readonly base: string;
  readonly config: GuestConfig;
  readonly vanilla: boolean;
  readonly source?: string;
}

export function addBuildKernel(program: Command): void {
  program
    .command('build-kernel')
    .description('build a kernel with the FLASH series')
    .option('--base <name>', 'the kernel the series is applied to', '6.12')
    .addOption(new Option('--config <name>', 'the kernel configuration').choices(guestConfigs).default('lean'))
    .option('--vanilla', 'leave the series out', false)
    .option('--source <path>', 'a kernel source tree, or a tarball of one')
    .action(async (options: Options) => {
      const view = showProgress();
      try {
        const kernel = await buildKernel({ ...options, onProgress: view.onProgress });
        view.stop();
        console.log(
          [
            `source   ${kernel.origin}`,
            `image    ${kernel.image}`,
            `release  ${kernel.release}`,
            `time     ${formatSeconds(kernel.seconds)}${kernel.rebuilt ? '' : ' (nothing to do)'}`,
          ].join('\n'),
        );
      } finally {
        view.stop();
      }
    });
}
