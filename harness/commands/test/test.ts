import { InvalidArgumentError, Option, type Command } from 'commander';
import { exitCodes, FlashError } from '../../errors.js';
import { guestConfigs } from '../../kernel/configs.js';
import { suites } from './suites.js';
import { beginReports, writeReports, type ReportFiles } from '../../suites/reports/report-files.js';
import { runSuites } from '../../suites/run-suites.js';
import { addResults, failuresOf, formatTotals, skipsOf, type SuiteOptions } from '../../suites/suite.js';
import { fileToWrite, imageFile } from '../file-options.js';
import { guestCommand } from '../guest-command.js';
import { withGuests } from './guests-option.js';
import { needsPackages } from '../packages.js';
import { addTestChaos } from './chaos.js';
import { addTestFresh } from './fresh.js';
import { addTestMutants } from './mutants.js';
import { addTestNic } from './nic.js';
import { addTestParity } from './parity.js';
import { addTestVerdicts } from './verdicts.js';

type Options = SuiteOptions & ReportFiles;

const suiteNames = suites.map(({ name }) => name).join(', ');

/** `test`, and below it the tests that have options of their own or take long. */
export function addTest(program: Command): void {
  const test = needsPackages(guestCommand(program, 'test', bootsGuests), ({ args: [suite] }) =>
    suite === 'unit' ? 'none' : suite === 'lab' ? 'virtual-lab' : suite === 'trace' ? 'trace' : 'test',
  );
  withReports(withGuests(test))
    .description('run every suite, or one; each command below runs what takes longer')
    .argument('[suite]', suiteNames, suiteNamed)
    .addOption(new Option('--config <name>', 'the kernel the guests boot').choices(guestConfigs).default('lean'))
    .option('--image <file>', 'boot this kernel instead of building one', imageFile)
    .option('--match <title>', 'only tests of the suite with such titles; * stands for any text')
    .hook('preAction', (command, acting) => {
      if (acting === command) requireBoots(command);
    })
    .action((name: string | undefined, options: Options) => runChosen(name, options));
  withReports(withGuests(guestCommand(test, 'debug')))
    .description('run every suite, or one, on a kernel with KASAN and lockdep')
    .argument('[suite]', 'as for `npm test`', suiteNamed)
    .action((name: string | undefined, files: ReportFiles) => runChosen(name, { ...files, config: 'debug' }));
  addTestNic(test);
  addTestChaos(test);
  addTestMutants(test);
  addTestParity(test);
  addTestFresh(test);
  addTestVerdicts(test);
}

function withReports(command: Command): Command {
  return command
    .option('--junit <file>', 'also write the results as JUnit XML', fileToWrite)
    .option('--ktap <file>', "also write the results as KTAP, the kernel's test format", fileToWrite);
}

async function runChosen(name: string | undefined, { image, config, match, ...files }: Options): Promise<void> {
  const chosen = suites.filter((suite) => (name === undefined ? suite.onlyByName !== true : suite.name === name));
  if (match !== undefined && (name === undefined || chosen.some(({ takesMatch }) => takesMatch !== true))) {
    const can = suites.filter(({ takesMatch }) => takesMatch).map((suite) => suite.name);
    throw new FlashError('usage', `--match is for a suite whose tests have titles to choose from`, {
      advice: `name one of ${can.join(', ')}; \`npm test nic\` has an option of its own`,
    });
  }
  if (files.junit !== undefined && files.junit === files.ktap) {
    throw new FlashError('usage', `both reports would be written to ${files.junit}`, {
      advice: 'name a file for each',
    });
  }
  for (const suite of chosen) suite.requireMachine?.();
  beginReports(files);
  const options = { config, ...(image !== undefined && { image }), ...(match !== undefined && { match }) };
  const total = addResults(await runSuites(chosen, options, (runs) => writeReports(files, runs)));
  for (const { title, detail } of skipsOf(total))
    console.log(`skipped: ${title}${detail === undefined ? '' : `: ${detail}`}`);
  console.log(formatTotals(total));
  if (failuresOf(total).length > 0) process.exitCode = exitCodes.testFailure;
}

function suiteNamed(given: string): string {
  if (suites.some(({ name }) => name === given)) return given;
  throw new InvalidArgumentError(`Suites are ${suiteNames}.`);
}

/** A kernel that no guest would boot is a mistake, and not ignored. */
function requireBoots(command: Command): void {
  const useless = ['config', 'image'].find((option) => command.getOptionValueSource(option) === 'cli');
  if (useless === undefined || bootsGuests(command)) return;
  throw new FlashError('usage', `--${useless} is for guests, and the suite ${command.args[0] ?? ''} boots none`, {
    advice: 'leave it out, or name a suite that boots guests',
  });
}

function bootsGuests({ args: [name] }: Command): boolean {
  return suites.find((suite) => suite.name === name)?.bootsGuests !== false;
}
