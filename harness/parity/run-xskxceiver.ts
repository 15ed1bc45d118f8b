import { run, attempt } from '../process/run.js';
import { parseTest, parseTestList, type TestRun } from './xskxceiver-output.js';

/**
 * Runs in the guest: every test of the suite in a directory, in both modes, with devices of its own;
 * one that fails up to two times more. Prints a line of JSON each.
 */
const modes = ['skb', 'drv'] as const;
const attempts = 3;
const testTimeoutMs = 120_000;
const [directory = '.'] = process.argv.slice(2);

// Without them the tests of unaligned chunks are skipped.
await run('sh', ['-c', 'echo 64 > /proc/sys/vm/nr_hugepages']);
// It prints the list and then exits as if every test had been skipped.
const tests = parseTestList((await attempt('./xskxceiver', ['-l'], { cwd: directory })).stdout);
if (tests.length === 0) throw new Error(`${directory}/xskxceiver -l lists no tests`);
for (const mode of modes) {
  for (const test of tests) {
    const results: TestRun['results'][number][] = [];
    while (results.length < attempts && results.at(-1) !== 'pass' && results.at(-1) !== 'skip') results.push(await runOnce(mode, test.number));
    console.log(JSON.stringify({ mode, test: test.name, results } satisfies TestRun));
  }
}

async function runOnce(mode: string, number: number): Promise<TestRun['results'][number]> {
  const queues = 'numtxqueues 4 numrxqueues 4';
  const noIpv6 = 'for d in va vb; do f=/proc/sys/net/ipv6/conf/$d/disable_ipv6; [ -f $f ] && echo 1 > $f; done; true';
  await run('sh', ['-c', `ip link add va ${queues} type veth peer name vb ${queues} && ${noIpv6}; ip link set va up; ip link set vb up`]);
  const { stdout } = await attempt('./xskxceiver', ['-i', 'va', '-i', 'vb', '-m', mode, '-t', String(number)], { cwd: directory, timeoutMs: testTimeoutMs });
  await run('ip', ['link', 'del', 'va']);
  return parseTest(stdout);
}
