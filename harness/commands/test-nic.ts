import { Argument, Option, type Command } from 'commander';
import { exitCodes } from '../errors.js';
import { formatSeconds, startClock } from '../host/duration.js';
import { buildImage } from '../kernel/build/image.js';
import { nicModels, type NicModel } from '../nics/model.js';
import { compareKernels } from '../parity/compare-kernels.js';
import { judge } from '../parity/xskxceiver-output.js';
import { runNicTests } from '../suites/nic-suite.js';
import { addResults, failuresOf, formatTotals, showFailures, type SuiteResult } from '../suites/suite.js';
import { guestCommand } from './guest-command.js';

interface Options {
  readonly nic: NicModel;
  readonly failFast: boolean;
  readonly match?: string;
}

/** The rings of a driver go down and up in these, and packets never cease: what a reset comes on top of. */
const testsAfterReset = 'packets keep coming, and no frame is lost*';

/** What is run on a model, by the name that asks for it alone. */
const parts: readonly { readonly name: string; readonly what: string; readonly run: (options: Options) => Promise<SuiteResult> }[] = [
  {
    name: 'patched',
    what: 'the conformance suite in zero-copy mode, with the driver of the series',
    run: async ({ nic, ...options }) => runNicTests({ model: nic, image: await buildImage(), driverRedirects: true, ...options }),
  },
  {
    name: 'unpatched',
    what: 'the same with the upstream driver',
    run: async ({ nic, ...options }) => runNicTests({ model: nic, image: await buildImage({ driverPatches: false }), driverRedirects: false, ...options }),
  },
  {
    name: 'reset',
    what: 'tests of the driver on a machine that is reset while they run',
    run: async ({ nic, failFast }) => runNicTests({ model: nic, image: await buildImage(), driverRedirects: true, entry: 'driver-tests', match: testsAfterReset, reset: true, failFast }),
  },
  { name: 'parity', what: "the kernel's own AF_XDP suite in zero-copy mode, on the vanilla kernel and on ours", run: async ({ nic }) => judge(await compareKernels(nic)) },
];

export function addTestNic(program: Command): void {
  guestCommand(program, 'test-nic')
    .description("test zero-copy mode on an emulated NIC and the kernel's driver for it")
    .addArgument(new Argument('[part]', parts.map(({ name, what }) => `${name}: ${what}`).join('; ')).choices(parts.map(({ name }) => name)))
    .addOption(new Option('--nic <model>', 'the NIC to emulate').choices(nicModels).makeOptionMandatory())
    .option('--match <title>', 'run only tests with this title; * matches any text')
    .option('--fail-fast', 'stop at the first test that fails', false)
    .action(async (chosen: string | undefined, options: Options) => {
      const results: SuiteResult[] = [];
      for (const { name, run } of parts.filter(({ name }) => chosen === undefined || name === chosen)) {
        const elapsed = startClock();
        const result = await run(options);
        showFailures(result);
        console.log(`${options.nic} ${name}: ${formatTotals(result)} (${formatSeconds(elapsed())})`);
        results.push(result);
      }
      const total = addResults(results);
      console.log(formatTotals(total));
      if (failuresOf(total).length > 0) process.exitCode = exitCodes.testFailure;
    });
}
