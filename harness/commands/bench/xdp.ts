import { join } from 'node:path';
import type { Command } from 'commander';
import { measureXdp, xdpRows } from '../../bench/xdp/measure-xdp.js';
import { writeCells } from '../../host/document-table.js';
import { withProgress } from '../../host/progress.js';
import { repositoryRoot } from '../../host/repository.js';
import { formatTable } from '../../host/table.js';
import { buildImage } from '../../kernel/build/image.js';
import { buildNative } from '../../native/build-native.js';
import { guestCommand } from '../guest-command.js';
import { refuseKvm } from '../../machine/guest/choose-accelerator.js';

const tableFile = 'docs/benchmarks.md';

const columns = ['native: instructions', 'native: packets/s', 'generic: instructions', 'generic: packets/s'];

export function addBenchXdp(bench: Command): void {
  guestCommand(bench, 'xdp')
    .description('count the instructions of a packet that each XDP program takes on veth, in native and generic mode')
    .option('--table', `also write the figures to the table in ${tableFile}`, false)
    .action(async ({ table }: { table: boolean }) => {
      refuseKvm('only the emulator counts instructions');
      await buildNative();
      const image = await buildImage();
      const rows = xdpRows(await withProgress((onProgress) => measureXdp(image, onProgress)));
      console.log(formatTable(['program', ...columns], rows));
      if (!table) return;
      const cells = rows.flatMap(([row = '', ...texts]) =>
        texts.map((text, at) => ({ row, column: columns[at] ?? '', text })),
      );
      writeCells(join(repositoryRoot, tableFile), { rows: rows.map(([row = '']) => row), columns }, cells);
    });
}
