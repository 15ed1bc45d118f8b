import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describeFailure } from '../errors.js';
import { cacheDir } from '../host/cache.js';
import { startClock } from '../host/duration.js';
import { withProgress, type OnProgress } from '../host/progress.js';
import { repositoryRoot } from '../host/repository.js';
import { formatTable } from '../host/table.js';
import { readFragments } from '../kernel/build/config.js';
import { buildPackages } from '../kernel/packages/build-packages.js';
import { chosenBase, loadBase } from '../kernel/source/base.js';
import { throwIfInterrupted } from '../process/interrupt.js';
import { onlyMatching, type Suite, type TestResult } from '../suites/suite.js';
import { benchOf } from './faults/bench.js';
import type { Bench, Fault } from './faults/fault.js';
import { faults } from './faults/faults.js';
import { startLab } from './start-lab.js';
import { waitForSsh } from './wait-for-ssh.js';

/** What `lab` does on a machine, and what becomes of the machine when something goes wrong meanwhile. */
export const labSuite: Suite = {
  name: 'lab',
  onlyByName: true,
  takesMatch: true,
  run: ({ match }) => withProgress(async (onProgress) => await tryFaults(match, onProgress)),
};

async function tryFaults(match: string | undefined, onProgress: OnProgress) {
  const titles = onlyMatching({ tests: faults.map(({ title }) => ({ title, outcome: 'passed' as const })) }, match);
  const chosen = faults.filter((fault) => titles.tests.some(({ title }) => title === fault.title));
  const { image } = await buildPackages({ config: kernelConfig(), onProgress });
  await using lab = await startLab({ models: ['ixgbe'], machines: 1, onProgress });
  onProgress({ kind: 'phase', phase: 'virtual lab: waiting for SSH' });
  await waitForSsh(lab);
  const bench = benchOf(lab, dirname(image));
  const tried: Tried[] = [];
  for (const [index, fault] of chosen.entries()) {
    onProgress({ kind: 'phase', phase: `lab: ${fault.title}`, unit: 'tests' });
    onProgress({ kind: 'step', done: index, total: chosen.length });
    tried.push(await tryFault(bench, fault));
  }
  const rows = tried.map(({ title, outcome, machine }) => [title, outcome, machine]);
  console.log(formatTable(['what was tried', '', 'the machine afterwards'], rows, [70, null, 40]));
  return { tests: tried };
}

type Tried = TestResult & {
  /** What became of it. */
  readonly machine: string;
};

async function tryFault(bench: Bench, { title, run }: Fault): Promise<Tried> {
  const elapsed = startClock();
  try {
    await run(bench);
    return { title, outcome: 'passed', seconds: elapsed(), machine: await describeMachine(bench) };
  } catch (error) {
    throwIfInterrupted();
    const machine = await describeMachine(bench).catch(async (lost: unknown) => {
      throwIfInterrupted();
      // What follows is still tried.
      await bench.machine.powerCycle();
      await bench.waitForBoot();
      return `had to be power-cycled: ${describeFailure(lost)}`;
    });
    return { title, outcome: 'failed', seconds: elapsed(), detail: describeFailure(error), machine };
  }
}

async function describeMachine({ ssh, waitForBoot }: Bench): Promise<string> {
  await waitForBoot();
  return ssh('echo "$(uname -r), up for $(cut -d. -f1 /proc/uptime) s"');
}

/** A kernel for guests, with what a machine has besides. */
function kernelConfig(): `/${string}` {
  const dir = cacheDir('virtual-lab');
  mkdirSync(dir, { recursive: true });
  const path = join(dir, 'virtual-lab.config');
  const renamed = loadBase(chosenBase()).config;
  const own = readFragments(['kernel'], renamed, join(repositoryRoot, 'vm-images', 'debian'));
  writeFileSync(path, [...readFragments(['lean', 'drivers'], renamed), ...own].map(({ text }) => text).join('\n'));
  return path as `/${string}`;
}
