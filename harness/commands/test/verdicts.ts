import { join } from 'node:path';
import { Argument, type Command } from 'commander';
import { exitCodes } from '../../errors.js';
import { writeCells, type Cell, type Layout } from '../../host/document-table.js';
import { inParallel } from '../../host/in-parallel.js';
import { repositoryRoot } from '../../host/repository.js';
import { buildImage } from '../../kernel/build/image.js';
import { chosenBase } from '../../kernel/source/base.js';
import { guestsAtOnce } from '../../machine/guest/at-once.js';
import { buildNative } from '../../native/build-native.js';
import { devices, devicesFor, type DeviceName } from '../../suites/devices.js';
import { runGuestTests } from '../../suites/guest-suite.js';
import { runNicTests } from '../../suites/nic-suite.js';
import { runSuite } from '../../suites/run-suites.js';
import { addResults, failuresOf, formatTotals, type Outcome, type SuiteResult } from '../../suites/suite.js';
import { verdictModes, verdicts, verdictTitle } from '../../suites/verdicts.js';
import { guestCommand } from '../guest-command.js';
import { withGuests } from './guests-option.js';
import { needsPackages } from '../packages.js';

const tableFile = 'docs/xdp.md';

export const verdictLayout: Layout = {
  rows: devices.flatMap((driver) => verdictModes.map((mode) => rowOf(driver, mode))),
  columns: verdicts,
};

export function addTestVerdicts(test: Command): void {
  needsPackages(withGuests(guestCommand(test, 'verdicts')), 'nic')
    .description('have XDP programs say each verdict, in native and in generic mode, on veth and on the emulated NICs')
    .addArgument(new Argument('[driver...]', 'on which; on all if none is named').choices(devices))
    .option('--table', `write the results to the table in ${tableFile}`, false)
    .action(async (named: readonly DeviceName[], { table }: { table: boolean }) => {
      const asked = named.length === 0 ? [undefined] : named;
      const drivers = asked.flatMap((each) => devicesFor(chosenBase(), each));
      const image = await buildImage();
      const runAndShow = async (driver: DeviceName): Promise<SuiteResult> => {
        const suite = { name: `verdicts on ${driver}`, run: () => runOn(driver, image) };
        const run = await runSuite(suite, { config: 'lean' });
        if (table) writeCells(join(repositoryRoot, tableFile), verdictLayout, verdictCells(driver, run));
        return run;
      };
      const total = addResults(await inParallel(drivers, runAndShow, guestsAtOnce()));
      console.log(formatTotals(total));
      if (failuresOf(total).length > 0) process.exitCode = exitCodes.testFailure;
    });
}

async function runOn(driver: DeviceName, image: string): Promise<SuiteResult> {
  const entry = 'verdict-tests';
  if (driver !== 'veth') return runNicTests({ model: driver, image, driverRedirects: true, entry });
  await buildNative();
  return runGuestTests(image, { entry });
}

function rowOf(driver: DeviceName, mode: string): string {
  return `${driver}, ${mode}`;
}

const words: Readonly<Record<Outcome, string>> = { passed: 'yes', failed: 'no', skipped: '-', error: 'no' };

/** What the tests of a driver say, a cell each. */
export function verdictCells(driver: DeviceName, { tests }: SuiteResult): Cell[] {
  return verdictModes.flatMap((mode) =>
    verdicts.map((verdict) => {
      const outcome = tests.find(({ title }) => title.endsWith(verdictTitle(verdict, mode)))?.outcome ?? 'error';
      return { row: rowOf(driver, mode), column: verdict, text: words[outcome] };
    }),
  );
}
