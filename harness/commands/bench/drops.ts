import type { Command } from 'commander';
import { dropRows, measureDrops } from '../../bench/drops/measure-drops.js';
import { withProgress } from '../../host/progress.js';
import { formatTable } from '../../host/table.js';
import { buildImage } from '../../kernel/build/image.js';
import { traceConfig } from '../../kernel/configs.js';
import { buildNative } from '../../native/build-native.js';
import { refuseKvm } from '../../machine/guest/choose-accelerator.js';
import { guestCommand } from '../guest-command.js';
import { needsPackages } from '../packages.js';

export function addBenchDrops(bench: Command): void {
  needsPackages(guestCommand(bench, 'drops'), 'trace')
    .description(
      'count the instructions of a packet that XDP, tc and nftables drop by the address it comes from, on veth',
    )
    .action(async () => {
      refuseKvm('only the emulator counts instructions');
      await buildNative();
      const image = await buildImage({ config: traceConfig });
      const rows = dropRows(await withProgress((onProgress) => measureDrops(image, onProgress)));
      console.log(formatTable(['dropped by', 'instructions', 'packets/s'], rows));
    });
}
