import { aside } from '../host/progress.js';
import { guest } from '../machine/guest.js';
import { runProgram } from '../machine/run-program.js';
import { buildForGuest } from '../kernel/build/image.js';
import type { BuiltKernel } from '../kernel/build/build.js';
import type { NicModel } from '../nics/model.js';
import { startNicPair } from '../machine/guest/nic-pair.js';
import { xskxceiverProgram, type Selection } from './xskxceiver-program.js';
import { buildXskxceiver } from './build-xskxceiver.js';
import { compare, withAgain, type Comparison, type TestRun } from './xskxceiver-output.js';

const vethGuest = { deadlineMs: 1_800_000 };
const nicGuest = { cpus: 4, memoryMb: 3072, deadlineMs: 3_600_000 };

/** A test that fails is tried again: some of the suite's pass only now and then, on any kernel. */
const attempts = 3;
/** Where the kernels still differ: a test that passes four times in ten then fails by chance once in 450. */
const attemptsAgain = 12;

export interface ComparedKernels {
  readonly vanilla: BuiltKernel;
  readonly flash: BuiltKernel;
  /** The directory of the suite. */
  readonly suite: string;
}

export async function buildComparison(): Promise<ComparedKernels> {
  const vanilla = await buildForGuest({ vanilla: true });
  return { vanilla, flash: await buildForGuest(), suite: await buildXskxceiver(vanilla.sourceDir) };
}

/**
 * Runs the kernel's own AF_XDP suite on the vanilla kernel and on ours, in both copy modes on veth
 * pairs, or in zero-copy mode on two ports of a NIC. What differs is run again, more often.
 */
export async function compareKernels(
  { vanilla, flash, suite }: ComparedKernels,
  nic?: NicModel,
): Promise<Comparison[]> {
  const runBoth = async (selection: Selection): Promise<[TestRun[], TestRun[]]> => [
    await runSuite('vanilla', vanilla.image, suite, selection),
    await runSuite('flash', flash.image, suite, selection),
  ];

  const first = await runBoth({ nic, attempts });
  const tests = [
    ...new Set(
      compare(...first)
        .filter(({ same }) => !same)
        .map(({ test }) => test),
    ),
  ];
  if (tests.length === 0) return compare(...first);
  const where = nic === undefined ? '' : `${nic}: `;
  aside(() =>
    console.error(
      `flash: ${where}not the same on both kernels, again up to ${attemptsAgain} times: ${tests.join(', ')}`,
    ),
  );
  const again = await runBoth({ nic, tests, attempts: attemptsAgain });
  return compare(withAgain(first[0], again[0]), withAgain(first[1], again[1]));
}

async function runSuite(kernel: string, image: string, directory: string, selection: Selection): Promise<TestRun[]> {
  const { nic } = selection;
  await using nics = nic === undefined ? undefined : await startNicPair(nic);
  const machine = guest({ image, ...(nics === undefined ? vethGuest : { ...nicGuest, nics }) });
  return await runProgram(
    machine,
    xskxceiverProgram,
    { ...selection, directory },
    {
      onEvent: ({ mode, test, results }) =>
        aside(() => console.error(`flash: ${kernel}, ${nic ?? mode}: ${test} ${results.join(', ')}`)),
    },
  );
}
