import { writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Option, type Command } from 'commander';
import { FlashError } from '../errors.js';
import { formatTable } from '../host/table.js';
import { withTemporaryDir } from '../host/temporary.js';
import { compareBases, textsOf, totalsOf, type Compared, type Pair } from '../kernel/series/compare.js';
import { knownBases, loadBase } from '../kernel/source/base.js';
import { attempt } from '../process/run.js';

interface Options {
  readonly base: string;
  readonly with?: string;
}

export function addPatchesCompare(command: Command): void {
  command
    .argument('[patch]', 'a part of the name of a patch, such as core/0014: show how its texts differ')
    .addOption(new Option('--with <name>', 'the base to compare with; default: the newest other one'))
    .action(async (patch: string | undefined, options: Options) => {
      const pair = [loadBase(options.base), loadBase(options.with ?? newestOther(options.base))] as const;
      console.log(patch === undefined ? describe(pair) : await difference(pair, patch));
    });
}

function newestOther(base: string): string {
  const other = knownBases()
    .filter((name) => name !== base)
    .at(-1);
  if (other === undefined) throw new FlashError('usage', `there is no base but ${base} to compare with`);
  return other;
}

function describe(pair: Pair): string {
  const compared = compareBases(pair);
  const [first, second] = pair;
  const { patches, sameChange, sharedLines, commonLines, only } = totalsOf(compared);
  const rows = compared
    .filter(({ kind }) => kind !== 'shared')
    .map((each) => [each.file, `${each.common}`, `${each.only[0]}`, `${each.only[1]}`, whyOf(each)]);
  return [
    formatTable(['patch', 'same lines', first.name, second.name, 'why'], rows, [64, 10, 6, 6, 72]),
    `${patches.shared} patches shared, with ${sharedLines} lines that they add or remove`,
    `${patches.apart} with a text for each: ${commonLines} lines the same, ${only[0]} of ${first.name} and ${only[1]} of ${second.name} alone; ${sameChange} change the same lines, and what is around these differs`,
    `${patches.missing} on one base alone`,
  ].join('\n');
}

function whyOf({ kind, why, only }: Compared): string {
  if (kind === 'apart' && only[0] + only[1] === 0) return `the same change: ${why || 'what is around it differs'}`;
  return why || 'no reason is given in kernel/bases';
}

async function difference(pair: Pair, patch: string): Promise<string> {
  const texts = textsOf(pair, patch);
  if (texts[0] === texts[1]) return `${patch} is the same on ${pair.map(({ name }) => name).join(' and ')}`;
  return withTemporaryDir(tmpdir(), async (dir) => {
    const files = pair.map(({ name }, index) => {
      const file = join(dir, name);
      writeFileSync(file, texts[index] ?? '');
      return file;
    });
    const labels = pair.flatMap(({ name }) => ['--label', name]);
    return (await attempt('diff', ['-u', ...labels, ...files])).stdout.trimEnd();
  });
}
