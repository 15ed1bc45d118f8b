import { rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import type { Command } from 'commander';
import { FlashError } from '../../errors.js';
import { formatSeconds } from '../../host/duration.js';
import { formatTable } from '../../host/table.js';
import { withTemporaryDir } from '../../host/temporary.js';
import { deadlineAfter, runControl, runHoldControl } from '../../mutants/control.js';
import { readMutants, type Mutant } from '../../mutants/mutants.js';
import { prepareAhead } from '../../mutants/prepare-ahead.js';
import { buildMutant, runMutant, type Verdict } from '../../mutants/run-mutant.js';
import { buildNative } from '../../native/build-native.js';
import { fileToWrite } from '../file-options.js';
import { guestCommand } from '../guest-command.js';

export function addTestMutants(test: Command): void {
  guestCommand(test, 'mutants')
    .description('break the series on purpose, one fault at a time, and show which test notices')
    .argument(
      '[mutant...]',
      'paths of patches in kernel/mutants, without .patch, such as hold/look-once (default: all)',
      anotherMutant,
    )
    .option('--json <file>', 'also write the table as JSON', fileToWrite)
    .action(async (named: readonly Mutant[], { json }: { json?: string }) => {
      // Again, now that the base is known.
      const mutants = readMutants(named.map(({ name }) => name));
      await buildNative();
      const controlSeconds = await runControl();
      const deadlineMs = deadlineAfter(controlSeconds);
      console.log(
        `control  the series without a mutant passes KUnit (${formatSeconds(controlSeconds)}); a mutant has ${deadlineMs / 1000} s for that`,
      );
      if (mutants.some(({ takesHolds }) => takesHolds)) await runHoldControl();
      const verdicts = await withTemporaryDir(tmpdir(), (folder) => runAll(mutants, folder, deadlineMs));
      console.log(
        formatTable(
          ['mutant', 'breaks', 'killed by'],
          verdicts.map(({ mutant, killedBy }) => [mutant.name, mutant.breaks, killedBy ?? 'SURVIVED']),
          [28, 50, 70],
        ),
      );
      if (json !== undefined) writeFileSync(json, `${JSON.stringify(verdicts, null, 2)}\n`);
      const survivors = verdicts.filter(({ killedBy }) => killedBy === undefined);
      const timedOut = verdicts.filter((verdict) => verdict.timedOut).length;
      console.log(
        `${verdicts.length - survivors.length} of ${verdicts.length} mutants killed${timedOut === 0 ? '' : `, ${timedOut} of them by a deadline alone`}`,
      );
      if (survivors.length > 0)
        throw new FlashError('testFailure', `${survivors.map(({ mutant }) => mutant.name).join(', ')} survived`);
    });
}

/** One after the other, with a line for each; a kernel is built while the one before it is tried. */
async function runAll(mutants: readonly Mutant[], folder: string, deadlineMs: number): Promise<readonly Verdict[]> {
  const verdicts: Verdict[] = [];
  for await (const [mutant, image] of prepareAhead(mutants, (each) => buildMutant(each, folder))) {
    const verdict = await runMutant(mutant, image, deadlineMs);
    rmSync(image);
    verdicts.push(verdict);
    console.log(
      `${verdicts.length} of ${mutants.length}  ${mutant.name}: ${verdict.killedBy ?? 'SURVIVED'} (${formatSeconds(verdict.seconds)})`,
    );
  }
  return verdicts;
}

/** As commander asks for it: what is given, and what was given before. */
function anotherMutant(given: string, before: readonly Mutant[] = []): readonly Mutant[] {
  return [...before, ...readMutants([given])];
}
