import { resolve } from 'node:path';
import { Option, type Command } from 'commander';
import { describeFailure, exitCodes, FlashError } from '../errors.js';
import { formatSeconds, startClock } from '../host/duration.js';
import { callerDir } from '../host/repository.js';
import { flavours } from '../kernel/flavour.js';
import { throwIfInterrupted } from '../process/interrupt.js';
import { suites } from './suites.js';
import { addResults, failuresOf, formatTotals, showFailures, skipsOf, type Suite, type SuiteOptions, type SuiteResult } from '../suites/suite.js';
import { guestCommand } from './guest-command.js';

export function addTest(program: Command): void {
  guestCommand(program, 'test', bootsGuests)
    .description('run every suite, or one')
    .argument('[suite]', suites.map(({ name }) => name).join(', '))
    .addOption(new Option('--flavour <name>', 'the kernel the guests boot').choices(flavours).default('base'))
    .option('--image <file>', 'boot this kernel instead of building one')
    .action(async (name: string | undefined, { image, flavour }: SuiteOptions) => {
      const chosen = suites.filter((suite) => (name === undefined ? suite.onlyByName !== true : suite.name === name));
      if (chosen.length === 0) {
        throw new FlashError('usage', `there is no suite "${name}"`, { advice: `suites: ${suites.map((suite) => suite.name).join(', ')}` });
      }
      const results: SuiteResult[] = [];
      for (const suite of chosen) results.push(await runSuite(suite, { flavour, ...(image === undefined ? {} : { image: resolve(callerDir, image) }) }));
      const total = addResults(results);
      for (const { title, detail } of skipsOf(total)) console.log(`skipped: ${title}${detail === undefined ? '' : `: ${detail}`}`);
      console.log(formatTotals(total));
      if (failuresOf(total).length > 0) process.exitCode = exitCodes.testFailure;
    });
}

function bootsGuests({ args: [name] }: Command): boolean {
  return suites.find((suite) => suite.name === name)?.bootsGuests !== false;
}

/** A suite that cannot even run is one failure; the others still get their turn. */
async function runSuite(suite: Suite, options: SuiteOptions): Promise<SuiteResult> {
  const elapsed = startClock();
  const result = await suite.run(options).catch((error: unknown): SuiteResult => {
    throwIfInterrupted();
    return { tests: [{ title: `the suite ${suite.name} runs`, outcome: 'error', detail: describeFailure(error) }] };
  });
  showFailures(result);
  console.log(`${suite.name}: ${formatTotals(result)} (${formatSeconds(elapsed())})`);
  return result;
}
