import type { Command } from 'commander';
import { limitMs, longestMs, measureWaits, waitRows } from '../../bench/waits/measure-waits.js';
import { FlashError } from '../../errors.js';
import { withProgress } from '../../host/progress.js';
import { formatTable } from '../../host/table.js';
import { buildImage } from '../../kernel/build/image.js';
import { refuseKvm } from '../../machine/guest/choose-accelerator.js';
import { guestCommand } from '../guest-command.js';
import { needsPackages } from '../packages.js';

export function addBenchWaits(bench: Command): void {
  needsPackages(guestCommand(bench, 'waits'), 'usual')
    .description(
      'measure how long sources wait for a target that makes room and calls nothing, where only a timer helps',
    )
    .action(async () => {
      refuseKvm('only the emulator keeps time by instructions');
      const waits = await withProgress(async (onProgress) => measureWaits(await buildImage(), onProgress));
      console.log(formatTable(['sources', 'no room for, ms', 'waited, median, ms', 'longest, ms'], waitRows(waits)));
      if (longestMs(waits) > limitMs)
        throw new FlashError(
          'testFailure',
          `a source waited ${longestMs(waits).toFixed(1)} ms, and may wait ${limitMs}`,
        );
    });
}
