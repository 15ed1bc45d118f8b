import { nicModels } from '../nics/model.js';
import { attempt, run } from '../process/run.js';
import { setUpNic, setUpVeth } from './set-ups.js';
import { parseTest, parseTestList, type Outcome, type TestRun } from './xskxceiver-output.js';

/**
 * Runs in the guest: every test of the suite in a directory, one that fails up to two times more, on
 * veth pairs, or on the NIC it is told. Prints a line of JSON each.
 */
const attempts = 3;
const testTimeoutMs = 120_000;
const [directory = '.', nic] = process.argv.slice(2);
const model = nicModels.find((name) => name === nic);

// Without them the tests of unaligned chunks are skipped.
await run('sh', ['-c', 'echo 64 > /proc/sys/vm/nr_hugepages']);
// It prints the list and then exits as if every test had been skipped.
const tests = parseTestList((await attempt('./xskxceiver', ['-l'], { cwd: directory })).stdout);
if (tests.length === 0) throw new Error(`${directory}/xskxceiver -l lists no tests`);
const { modes, open } = model === undefined ? await setUpVeth() : await setUpNic(model);
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
