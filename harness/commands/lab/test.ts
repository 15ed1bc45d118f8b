import { Option, type Command } from 'commander';
import { exitCodes } from '../../errors.js';
import { labParts } from '../../lab/test/parts.js';
import { testMachine } from '../../lab/test/test-machine.js';
import { beginReports, writeReports, type ReportFiles } from '../../suites/reports/report-files.js';
import type { SuiteRun } from '../../suites/run-suites.js';
import { addResults, failuresOf, formatTotals, skipsOf } from '../../suites/suite.js';
import { fileToWrite } from '../file-options.js';
import { labCommand, machinesOf, type LabOptions } from './lab-command.js';

interface Options extends LabOptions, ReportFiles {
  readonly part?: readonly string[];
  readonly match?: string;
}

export function addLabTest(lab: Command): void {
  labCommand(lab, 'test')
    .description('run the tests in zero-copy mode on two ports of each machine, and leave it as it was')
    .addOption(
      new Option(
        '--part <name...>',
        `what to run; everything if none is named. ${labParts.map(({ name, what }) => `${name}: ${what}`).join('; ')}`,
      ).choices(labParts.map(({ name }) => name)),
    )
    .option('--match <title>', 'only tests with such titles; * stands for any text')
    .option('--junit <file>', 'also write the results as JUnit XML', fileToWrite)
    .option('--ktap <file>', "also write the results as KTAP, the kernel's test format", fileToWrite)
    .action(async (names: readonly string[], { part, match, junit, ktap, ...options }: Options) => {
      const { inventory, machines } = machinesOf(names, options);
      const files = { ...(junit !== undefined && { junit }), ...(ktap !== undefined && { ktap }) };
      const parts = labParts.filter(({ name }) => part === undefined || part.includes(name));
      beginReports(files);
      const done: SuiteRun[] = [];
      for (const machine of machines) {
        const runs = await testMachine(inventory, machine, {
          ...{ parts, match },
          onNote: (text) => console.log(text),
          record: (now) => writeReports(files, [...done, ...now]),
        });
        done.push(...runs);
      }
      const total = addResults(done);
      for (const { title, detail } of skipsOf(total))
        console.log(`skipped: ${title}${detail === undefined ? '' : `: ${detail}`}`);
      console.log(formatTotals(total));
      if (failuresOf(total).length > 0) process.exitCode = exitCodes.testFailure;
    });
}
