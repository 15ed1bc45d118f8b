import { Argument, Option, type Command } from 'commander';
import { exitCodes, FlashError } from '../../errors.js';
import { formatSeconds, startClock } from '../../host/duration.js';
import { buildImage } from '../../kernel/build/image.js';
import { nicModels, type NicModel } from '../../nics/model.js';
import { compareKernels } from '../../parity/compare-kernels.js';
import { judge } from '../../parity/xskxceiver-output.js';
import { runChaos } from '../../suites/chaos-suite.js';
import { nicSuite, runNicTests } from '../../suites/nic-suite.js';
import { addResults, failuresOf, formatTotals, showFailures, type SuiteResult } from '../../suites/suite.js';
import { guestCommand } from '../guest-command.js';

interface Options {
  readonly nic?: NicModel;
  readonly failFast: boolean;
  readonly match?: string;
}

/** The rings of a driver go down and up in these, and packets never cease: what a reset comes on top of. */
const testsAfterReset = 'packets keep coming, and no frame is lost*';

/** What is run on a model, by the name that asks for it alone. */
const parts: readonly {
  readonly name: string;
  readonly what: string;
  readonly run: (options: Options & { readonly nic: NicModel }) => Promise<SuiteResult>;
}[] = [
  {
    name: 'patched',
    what: 'the conformance suite in zero-copy mode, with the driver of the series',
    run: async ({ nic, ...options }) =>
      runNicTests({
        model: nic,
        image: await buildImage(),
        driverRedirects: true,
        ...options,
      }),
  },
  {
    name: 'unpatched',
    what: 'the same with the upstream driver',
    run: async ({ nic, ...options }) =>
      runNicTests({
        model: nic,
        image: await buildImage({ driverPatches: false }),
        driverRedirects: false,
        ...options,
      }),
  },
  {
    name: 'reset',
    what: 'tests of the driver on a machine that is reset while they run',
    run: async ({ nic, failFast }) =>
      runNicTests({
        model: nic,
        image: await buildImage(),
        driverRedirects: true,
        entry: 'driver-tests',
        match: testsAfterReset,
        reset: true,
        failFast,
      }),
  },
  {
    name: 'liveness',
    what: 'a minute of random schedules, as `npm run test:chaos -- --device NIC`',
    run: async ({ nic }) => runChaos({ device: nic, image: await buildImage(), seconds: 60, seed: 1 }),
  },
  {
    name: 'parity',
    what: "the kernel's own AF_XDP suite in zero-copy mode, on the vanilla kernel and on ours",
    run: async ({ nic }) => judge(await compareKernels(nic)),
  },
];

export function addTestNic(test: Command): void {
  guestCommand(test, 'nic')
    .description(
      'test the NIC models and their drivers, as `npm test` does; or, on one model, everything in zero-copy mode',
    )
    .addArgument(
      new Argument(
        '[part]',
        `with --nic, one part of that: ${parts.map(({ name, what }) => `${name}: ${what}`).join('; ')}`,
      ).choices(parts.map(({ name }) => name)),
    )
    .addOption(new Option('--nic <model>', 'the NIC to test everything on').choices(nicModels))
    .option('--match <title>', 'with --nic, only tests with such titles; * stands for any text')
    .option('--fail-fast', 'with --nic, end with the first test that fails', false)
    .action(async (part: string | undefined, { nic, ...options }: Options) => {
      if (nic === undefined && (part !== undefined || options.match !== undefined || options.failFast)) {
        throw new FlashError('usage', 'a part, --match and --fail-fast are for the tests of one model', {
          advice: `say which: --nic ${nicModels.join('|')}`,
        });
      }
      const chosen = parts.filter(({ name }) => part === undefined || name === part);
      const runs =
        nic === undefined
          ? [{ name: 'nic', run: () => nicSuite.run({ flavour: 'lean' }) }]
          : chosen.map(({ name, run }) => ({ name: `${nic} ${name}`, run: () => run({ nic, ...options }) }));
      const results: SuiteResult[] = [];
      for (const { name, run } of runs) {
        const elapsed = startClock();
        const result = await run();
        showFailures(result);
        console.log(`${name}: ${formatTotals(result)} (${formatSeconds(elapsed())})`);
        results.push(result);
      }
      const total = addResults(results);
      console.log(formatTotals(total));
      if (failuresOf(total).length > 0) process.exitCode = exitCodes.testFailure;
    });
}
