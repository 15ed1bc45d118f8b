import { runProgramInGuest } from '../guest/run-program.js';
import { buildForGuest } from '../kernel/build-image.js';
import type { NicModel } from '../nics/model.js';
import { startNicPair } from '../nics/start-nics.js';
import { buildXskxceiver } from './build-xskxceiver.js';
import { compare, type Comparison, type TestRun } from './xskxceiver-output.js';

const vethGuest = { deadlineMs: 1_800_000 };
const nicGuest = { cpus: 4, memoryMb: 3072, deadlineMs: 3_600_000 };

/**
 * Runs the kernel's own AF_XDP suite on the vanilla kernel and on ours, in both copy modes on veth
 * pairs, or in zero-copy mode on two ports of a NIC.
 */
export async function compareKernels(nic?: NicModel): Promise<Comparison[]> {
  const vanilla = await buildForGuest({ vanilla: true });
  const flash = await buildForGuest();
  const suite = await buildXskxceiver(vanilla.sourceDir);
  return compare(await runSuite('vanilla', vanilla.image, suite, nic), await runSuite('flash', flash.image, suite, nic));
}

async function runSuite(kernel: string, image: string, suite: string, nic: NicModel | undefined): Promise<TestRun[]> {
  await using nics = nic === undefined ? undefined : await startNicPair(nic);
  const guest = nics === undefined ? vethGuest : { ...nicGuest, nics };
  const onResult = ({ mode, test, results }: TestRun): void => console.error(`flash: ${kernel}, ${nic ?? mode}: ${test} ${results.join(', ')}`);
  const args = nic === undefined ? [suite] : [suite, nic];
  return await runProgramInGuest<TestRun>({ ...guest, image, program: 'parity/run-xskxceiver.js', args, onResult });
}
