import type { Command } from 'commander';
import { functionHead, functionRows, measureFunctions } from '../../bench/functions/measure-functions.js';
import { withProgress } from '../../host/progress.js';
import { formatTable } from '../../host/table.js';
import { buildImage } from '../../kernel/build/image.js';
import { refuseKvm } from '../../machine/guest/choose-accelerator.js';
import { buildNative } from '../../native/build-native.js';
import { buildRustExamples } from '../../native/cargo.js';
import { guestCommand } from '../guest-command.js';
import { needsPackages } from '../packages.js';

export function addBenchFunctions(bench: Command): void {
  needsPackages(guestCommand(bench, 'functions'), 'test')
    .description('count the instructions of a packet that network functions in C, Rust and TypeScript forward')
    .action(async () => {
      refuseKvm('only the emulator counts instructions');
      await buildNative();
      await buildRustExamples('release');
      const image = await buildImage();
      const costs = await withProgress((onProgress) => measureFunctions(image, onProgress));
      console.log(formatTable(functionHead, functionRows(costs)));
    });
}
