import { join } from 'node:path';
import { Argument, InvalidArgumentError, Option, type Command } from 'commander';
import { exitCodes, FlashError } from '../../errors.js';
import { repositoryRoot } from '../../host/repository.js';
import { chosenBase } from '../../kernel/source/base.js';
import { modelsFor } from '../../nics/models-for.js';
import { nicModels, type NicModel } from '../../nics/model.js';
import { giveBackLeftovers } from '../../passthrough/with-devices.js';
import { nicSuite } from '../../suites/nic-suite.js';
import { tableFile } from '../../suites/nic-table.js';
import { runSuite } from '../../suites/run-suites.js';
import { addResults, failuresOf, formatTotals, skipsOf, type SuiteResult } from '../../suites/suite.js';
import { guestCommand } from '../guest-command.js';
import { needsPackages } from '../packages.js';
import { withGuests } from './guests-option.js';
import { partsOnDevices, pciAddresses, requireOnDevices, runOnDevices, sayGivenBack } from './nic-devices.js';
import { nicParts } from './nic-parts.js';
import { runOnNics } from './run-on-nics.js';

interface Options {
  readonly nic?: readonly NicModel[];
  readonly passthrough?: readonly string[];
  readonly giveBack: boolean;
  readonly table: boolean;
  readonly failFast: boolean;
  readonly match?: string;
}

export function addTestNic(test: Command): void {
  needsPackages(withGuests(guestCommand(test, 'nic', testsAnything)), (command) =>
    testsAnything(command) ? 'nic' : 'none',
  )
    .description(
      'test the NIC models and their drivers, as `npm test` does; or, if a NIC or part is named, everything in zero-copy mode',
    )
    .addArgument(
      new Argument(
        '[part...]',
        `what to run on each NIC; everything if none is named. ${nicParts.map(({ name, what }) => `${name}: ${what}`).join('; ')}`,
      ).choices(nicParts.map(({ name }) => name)),
    )
    .option(
      '--nic <model>',
      `run on this NIC (${nicModels.join(', ')}); may be given several times; default: all`,
      anotherNic,
    )
    .addOption(
      new Option(
        '--passthrough <addresses>',
        `give the guest real NICs, one or both ports of a card, by their PCI addresses with a comma between; runs ${partsOnDevices[0]?.name} unless other parts are named`,
      )
        .argParser(pciAddresses)
        .conflicts(['nic', 'table']),
    )
    .addOption(
      new Option('--give-back', 'only give back real NICs that a killed run left without their driver')
        .default(false)
        .conflicts(['nic', 'table', 'passthrough', 'match', 'failFast']),
    )
    .addOption(
      new Option(
        '--table',
        `write the results to the table in ${tableFile}; everything on all NICs unless some are named`,
      )
        .default(false)
        .conflicts(['match', 'failFast']),
    )
    .option('--match <title>', 'with --nic or a part, only tests with such titles; * stands for any text')
    .option('--fail-fast', 'with --nic or a part, end each part with the first test that fails', false)
    .hook('preAction', (command) => requireNamed(command.args, command.opts<Options>()))
    .action(async (named: readonly string[], options: Options) => {
      if (options.giveBack) return sayGivenBack(await giveBackLeftovers());
      const total = addResults(await runChosen(named, options));
      for (const { title, detail } of options.passthrough === undefined ? [] : skipsOf(total))
        console.log(`skipped: ${title}${detail === undefined ? '' : `: ${detail}`}`);
      console.log(formatTotals(total));
      if (failuresOf(total).length > 0) process.exitCode = exitCodes.testFailure;
    });
}

/** As commander asks for it: what is given, and what was given before. */
function anotherNic(given: string, before: readonly NicModel[] = []): readonly NicModel[] {
  const model = nicModels.find((each) => each === given);
  if (model === undefined) throw new InvalidArgumentError(`Allowed choices are ${nicModels.join(', ')}.`);
  return [...before, model];
}

function testsAnything(command: Command): boolean {
  return command.opts<Partial<Options>>().giveBack !== true;
}

/** Neither a NIC nor a part is named: what `npm test` runs. */
function isShort(
  named: readonly string[],
  { nic, table, passthrough }: Pick<Options, 'nic' | 'table' | 'passthrough'>,
): boolean {
  return nic === undefined && passthrough === undefined && named.length === 0 && !table;
}

function requireNamed(named: readonly string[], options: Options): void {
  if (options.passthrough !== undefined) requireOnDevices(named);
  if (!isShort(named, options) || (options.match === undefined && !options.failFast)) return;
  throw new FlashError('usage', '--match and --fail-fast are for NICs or parts that are named', {
    advice: `say which: --nic ${nicModels.join('|')}`,
  });
}

async function runChosen(
  named: readonly string[],
  { nic, table, passthrough, giveBack: _, ...options }: Options,
): Promise<readonly SuiteResult[]> {
  if (passthrough !== undefined) return runOnDevices(named, passthrough, options);
  if (isShort(named, { nic, table })) return [await runSuite(nicSuite, { config: 'lean' })];
  return runOnNics({
    parts: nicParts.filter(({ name }) => named.length === 0 || named.includes(name)),
    models: modelsFor(chosenBase(), nic),
    options,
    table: table ? join(repositoryRoot, tableFile) : undefined,
  });
}
