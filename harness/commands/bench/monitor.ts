import type { Command } from 'commander';
import {
  crowdHead,
  crowdRows,
  measureMonitor,
  replacementHead,
  replacementRows,
} from '../../bench/monitor/measure-monitor.js';
import { withProgress } from '../../host/progress.js';
import { formatTable } from '../../host/table.js';
import { buildImage } from '../../kernel/build/image.js';
import { refuseKvm } from '../../machine/guest/choose-accelerator.js';
import { buildNative } from '../../native/build-native.js';
import { guestCommand } from '../guest-command.js';
import { needsPackages } from '../packages.js';

export function addBenchMonitor(bench: Command): void {
  needsPackages(guestCommand(bench, 'monitor'), 'test')
    .description('count what the monitor takes: to replace a function under load, and to serve a hundred of them')
    .action(async () => {
      refuseKvm('only the emulator counts instructions');
      await buildNative();
      const image = await buildImage();
      const { replaced, crowds } = await withProgress((onProgress) => measureMonitor(image, onProgress));
      console.log(formatTable(replacementHead, replacementRows(replaced)));
      console.log(formatTable(crowdHead, crowdRows(crowds)));
    });
}
