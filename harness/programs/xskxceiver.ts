import { setUpNic, setUpVeth } from '../parity/test-devices.js';
import { parseTest, parseTestList, type Outcome, type TestRun } from '../parity/xskxceiver-output.js';
import { serve } from '../machine/serve.js';
import { attempt, run } from '../process/run.js';
import { xskxceiverProgram } from '../parity/xskxceiver-program.js';

const testTimeoutMs = 120_000;

await serve(xskxceiverProgram, async ({ directory, nic, tests: selected, attempts }, tell) => {
  // Without them the tests of unaligned chunks are skipped.
  await run('sh', ['-c', 'echo 64 > /proc/sys/vm/nr_hugepages']);
  // It prints the list and then exits as if every test had been skipped.
  const listed = parseTestList((await attempt('./xskxceiver', ['-l'], { cwd: directory })).stdout);
  if (listed.length === 0) throw new Error(`${directory}/xskxceiver -l lists no tests`);
  const tests = listed.filter(({ name }) => selected === undefined || selected.includes(name));
  const { modes, open } = nic === undefined ? await setUpVeth() : await setUpNic(nic);

  const runOnce = async (mode: string, number: number): Promise<Outcome> => {
    await using devices = await open();
    const args = [...devices.names.flatMap((name) => ['-i', name]), '-m', mode, '-t', String(number)];
    const { stdout } = await attempt('./xskxceiver', args, { cwd: directory, timeoutMs: testTimeoutMs });
    return parseTest(stdout);
  };
  const runs: TestRun[] = [];
  for (const mode of modes) {
    for (const test of tests) {
      const results: Outcome[] = [];
      while (results.length < attempts && results.at(-1) !== 'pass' && results.at(-1) !== 'skip')
        results.push(await runOnce(mode, test.number));
      const done = { mode, test: test.name, results };
      tell(done);
      runs.push(done);
    }
  }
  return runs;
});
