import { portsOf } from '../nics/guest-ports.js';
import { nicModels } from '../nics/model.js';
import { attempt, run } from '../process/run.js';
import { parseTest, parseTestList, type TestRun } from './xskxceiver-output.js';

/**
 * Runs in the guest: every test of the suite in a directory, one that fails up to two times more.
 * Without a NIC in both copy modes, each test on devices of its own; with one in zero-copy mode, on
 * its first two ports. Prints a line of JSON each.
 */
const attempts = 3;
const testTimeoutMs = 120_000;
const [directory = '.', nic] = process.argv.slice(2);
const model = nicModels.find((name) => name === nic);

interface Devices {
  readonly names: readonly [string, string];
  readonly release: () => Promise<unknown>;
}

// Without them the tests of unaligned chunks are skipped.
await run('sh', ['-c', 'echo 64 > /proc/sys/vm/nr_hugepages']);
// It prints the list and then exits as if every test had been skipped.
const tests = parseTestList((await attempt('./xskxceiver', ['-l'], { cwd: directory })).stdout);
if (tests.length === 0) throw new Error(`${directory}/xskxceiver -l lists no tests`);
const devices = model === undefined ? makeVeth : await nicPorts(...(portsOf(model, 2) as [string, string]));
for (const mode of model === undefined ? (['skb', 'drv'] as const) : (['zc'] as const)) {
  for (const test of tests) {
    const results: TestRun['results'][number][] = [];
    while (results.length < attempts && results.at(-1) !== 'pass' && results.at(-1) !== 'skip') results.push(await runOnce(mode, test.number));
    console.log(JSON.stringify({ mode, test: test.name, results } satisfies TestRun));
  }
}

async function runOnce(mode: string, number: number): Promise<TestRun['results'][number]> {
  const { names, release } = await devices();
  const { stdout } = await attempt('./xskxceiver', [...names.flatMap((name) => ['-i', name]), '-m', mode, '-t', String(number)], { cwd: directory, timeoutMs: testTimeoutMs });
  await release();
  return parseTest(stdout);
}

async function makeVeth(): Promise<Devices> {
  const queues = 'numtxqueues 4 numrxqueues 4';
  await run('sh', ['-c', `ip link add va ${queues} type veth peer name vb ${queues} && ${withoutIpv6('va', 'vb')}; ip link set va up; ip link set vb up`]);
  return { names: ['va', 'vb'], release: () => run('ip', ['link', 'del', 'va']) };
}

/** The suite makes up the addresses it sends to. */
async function nicPorts(...names: readonly [string, string]): Promise<() => Promise<Devices>> {
  await run('sh', ['-c', `${withoutIpv6(...names)}; ${names.map((name) => `ip link set ${name} promisc on up`).join('; ')}`]);
  return async () => ({ names, release: async () => undefined });
}

function withoutIpv6(...names: readonly string[]): string {
  return `for d in ${names.join(' ')}; do f=/proc/sys/net/ipv6/conf/$d/disable_ipv6; [ -f $f ] && echo 1 > $f; done; true`;
}
