import { relative } from 'node:path';
import type { Command } from 'commander';
import { FlashError } from '../errors.js';
import { repositoryRoot } from '../host/repository.js';
import { portSeries, type PortResult } from '../kernel/series/port.js';
import { seriesPath } from '../kernel/series/series.js';
import { knownBases, loadBase } from '../kernel/source/base.js';
import { findSource } from '../kernel/source/source.js';
import { onSource } from './on-source.js';

interface Options {
  readonly why?: string;
  readonly skip: boolean;
}

export function addPatchesPort(patches: Command): void {
  patches
    .command('port')
    .description('apply the series to another base, patch by patch; called again after one was mended, it goes on')
    .argument('<base>', 'a base that has its file in kernel/bases')
    .option('--why <reason>', 'of the patch that was mended: why it differs on this base')
    .option('--skip', 'the base does not need the patch that it stopped at', false)
    .action(async (name: string, { why, skip }: Options) => {
      const base = loadBase(name);
      const known = knownBases().filter((other) => other !== name);
      const found = await Promise.all(known.map((other) => findSource(loadBase(other), undefined)));
      const others = found.flatMap((source) => (source === undefined ? [] : [source.repository]));
      const absent = known.filter((_, index) => found[index] === undefined);
      if (absent.length > 0)
        console.log(
          `flash: what differs can only be merged with the sources of other bases; for those of ${absent.join(', ')}: ` +
            '`npm run patches -- checkout --base NAME`',
        );
      const onPatch = (file: string, how: string): void => console.log(`${how.padEnd(9)} ${file}`);
      await onSource(name, `porting the series to ${name}`, async (source) => {
        report(name, await portSeries(source, { base, others, why, skip, seriesPath, onPatch }));
      });
    });
}

function report(name: string, result: PortResult): void {
  if (result.done) {
    for (const file of result.written) console.log(`wrote     kernel/${file}`);
    console.log(`${result.files.length} patches; \`npm run patches -- compare --with ${name}\` shows what differs`);
    return;
  }
  const { file, tree, files, sides } = result;
  console.log(sides);
  throw new FlashError('seriesDoesNotApply', `${relative(repositoryRoot, file)} does not apply to ${name}`, {
    ...(files.length === 0 ? {} : { logTail: files.join('\n') }),
    advice: `mend it in ${tree}, then \`npm run patches -- port ${name} --why 'REASON'\`; if ${name} does not need it, add --skip`,
  });
}
