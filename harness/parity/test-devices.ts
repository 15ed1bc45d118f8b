import { portsOf } from '../nics/guest-ports.js';
import type { NicModel } from '../nics/model.js';
import { run } from '../process/run.js';

/** The two devices of one test. */
export interface Devices extends AsyncDisposable {
  readonly names: readonly string[];
}

/** What the suite runs on, from within the guest. */
export interface SetUp {
  /** As the suite calls them. */
  readonly modes: readonly string[];
  readonly open: () => Promise<Devices>;
}

/** In both copy modes, each test on devices of its own. */
export async function setUpVeth(): Promise<SetUp> {
  return { modes: ['skb', 'drv'], open: openVeth };
}

/** In zero-copy mode, all tests on the first two ports. The suite makes up the addresses it sends to. */
export async function setUpNic(model: NicModel): Promise<SetUp> {
  const names = portsOf(model, 2);
  await run('sh', [
    '-c',
    `${withoutIpv6(names)}; ${names.map((name) => `ip link set ${name} promisc on up`).join('; ')}`,
  ]);
  return { modes: ['zc'], open: async () => ({ names, [Symbol.asyncDispose]: async () => undefined }) };
}

async function openVeth(): Promise<Devices> {
  const names = ['va', 'vb'];
  const queues = 'numtxqueues 4 numrxqueues 4';
  await run('sh', [
    '-c',
    `ip link add va ${queues} type veth peer name vb ${queues} && ${withoutIpv6(names)}; ip link set va up; ip link set vb up`,
  ]);
  return { names, [Symbol.asyncDispose]: async () => void (await run('ip', ['link', 'del', 'va'])) };
}

function withoutIpv6(names: readonly string[]): string {
  return `for d in ${names.join(' ')}; do f=/proc/sys/net/ipv6/conf/$d/disable_ipv6; [ -f $f ] && echo 1 > $f; done; true`;
}
