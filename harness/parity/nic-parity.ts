import { buildForGuest } from '../kernel/build-image.js';
import type { NicModel } from '../nics/model.js';
import { startNicPair } from '../nics/start-nics.js';
import { runProgramInGuest } from '../guest/run-program.js';
import type { SuiteResult } from '../suites/suite.js';
import { buildXskxceiver } from './build-xskxceiver.js';
import { compare, type Comparison, type TestRun } from './xskxceiver-output.js';

const deadlineMs = 3_600_000;
const cpus = 4;
const memoryMb = 3072;

/** A test whose result is another than on the vanilla kernel is a failure; one that fails on both is not. */
export async function runNicParity(model: NicModel): Promise<SuiteResult> {
  const vanilla = await buildForGuest({ vanilla: true });
  const flash = await buildForGuest();
  const suite = await buildXskxceiver(vanilla.sourceDir);
  const rows = compare(await runOn('vanilla', vanilla.image, suite, model), await runOn('flash', flash.image, suite, model));
  const different = rows.filter(({ same }) => !same);
  return { passed: rows.length - different.length, failed: different.length, skipped: 0, failures: different.map((row) => ({ title: `${row.test} gives the same`, detail: describe(row) })) };
}

async function runOn(kernel: string, image: string, suite: string, model: NicModel): Promise<TestRun[]> {
  await using nics = await startNicPair(model);
  const onResult = ({ test, results }: TestRun): void => console.error(`flash: ${kernel}, ${model}: ${test} ${results.join(', ')}`);
  return await runProgramInGuest<TestRun>({ image, nics, cpus, memoryMb, deadlineMs, program: 'parity/run-xskxceiver.js', args: [suite, model], onResult });
}

function describe({ vanilla, flash }: Comparison): string {
  return `vanilla: ${vanilla}, flash: ${flash}`;
}
