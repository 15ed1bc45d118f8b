import type { NicModel } from '../nics/model.js';
import { attempt, run } from '../process/run.js';
import { setUpNic, setUpVeth } from './set-ups.js';
import { parseTest, parseTestList, type Outcome, type TestRun } from './xskxceiver-output.js';

/** What of the suite to run, as JSON: on veth pairs, or on the NIC named. */
export interface Selection {
  readonly nic?: NicModel;
  /** All of them, without. */
  readonly tests?: readonly string[];
  /** How often a test is tried until it passes. */
  readonly attempts: number;
}

/** Runs in the guest: tests of the suite in a directory. Prints a line of JSON each. */
const testTimeoutMs = 120_000;
const [directory = '.', selection = '{}'] = process.argv.slice(2);
const { nic, tests: selected, attempts } = JSON.parse(selection) as Selection;

// Without them the tests of unaligned chunks are skipped.
await run('sh', ['-c', 'echo 64 > /proc/sys/vm/nr_hugepages']);
// It prints the list and then exits as if every test had been skipped.
const listed = parseTestList((await attempt('./xskxceiver', ['-l'], { cwd: directory })).stdout);
if (listed.length === 0) throw new Error(`${directory}/xskxceiver -l lists no tests`);
const tests = listed.filter(({ name }) => selected === undefined || selected.includes(name));
const { modes, open } = nic === undefined ? await setUpVeth() : await setUpNic(nic);
for (const mode of modes) {
  for (const test of tests) {
    const results: Outcome[] = [];
    while (results.length < attempts && results.at(-1) !== 'pass' && results.at(-1) !== 'skip') results.push(await runOnce(mode, test.number));
    console.log(JSON.stringify({ mode, test: test.name, results } satisfies TestRun));
  }
}

async function runOnce(mode: string, number: number): Promise<Outcome> {
  await using devices = await open();
  const { stdout } = await attempt('./xskxceiver', [...devices.names.flatMap((name) => ['-i', name]), '-m', mode, '-t', String(number)], { cwd: directory, timeoutMs: testTimeoutMs });
  return parseTest(stdout);
}
