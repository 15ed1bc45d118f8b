import { readFileSync, writeFileSync } from 'node:fs';
import { createNetns, deleteNetns, ipBatch } from '../../host/netns.js';
import { attachXdpForward } from '../../ffi/xdp-forward.js';
import type { Contender } from './contenders.js';

/**
 *   network namespace flash-bench
 *
 *   q ===== p            a socket of each stage on a queue of q; nothing is ever on this wire
 *   s0 === r0            hop 0: the source sends on s0, function 1 receives on r0
 *   s1 === r1            hop 1: function 1 sends on s1, ...
 *
 *   vf0, vf1, ...        virtual functions of a NIC, one for each stage, where there are any
 *
 * For functions in the kernel, r0 has a program that redirects to s1, and so on.
 */
export const benchNetns = 'flash-bench';

const longestChain = 8;
export const mostStages = longestChain + 2;
const hops = longestChain + 1;
export const vfName = (stage: number): string => `vf${stage}`;
const inOrder = (count: number): number[] => Array.from({ length: count }, (_, index) => index);

/** Of 2 MB each, for processes that share memory by DPDK. */
const hugePages = 64;
const hugePagesFile = '/proc/sys/vm/nr_hugepages';

/** Also sets huge pages aside. Disposing gives everything back. */
export async function createDevices(): Promise<AsyncDisposable> {
  await createNetns(benchNetns);
  const pairs = inOrder(hops).map((hop) => `link add name s${hop} type veth peer name r${hop}`);
  const names = ['q', 'p', ...inOrder(hops).flatMap((hop) => [`s${hop}`, `r${hop}`])];
  await ipBatch(benchNetns, [
    `link add name q numtxqueues ${mostStages} numrxqueues ${mostStages} type veth peer name p numtxqueues ${mostStages} numrxqueues ${mostStages}`,
    ...pairs,
    ...names.map((name) => `link set dev ${name} up`),
  ]);
  const hugePagesBefore = readFileSync(hugePagesFile, 'utf8');
  writeFileSync(hugePagesFile, String(Math.max(hugePages, Number(hugePagesBefore))));
  return {
    async [Symbol.asyncDispose]() {
      writeFileSync(hugePagesFile, hugePagesBefore);
      await deleteNetns(benchNetns);
    },
  };
}

/** The devices of a chain in the order that hops wants them, with what the kernel has to do on them. */
export function devicesFor(
  { devices, functionsInKernel }: Contender,
  functions: number,
): Disposable & { readonly ifnames: readonly string[] } {
  if (devices === 'none') return { ifnames: [], [Symbol.dispose]: () => undefined };
  if (devices === 'queues') return { ifnames: ['q'], [Symbol.dispose]: () => undefined };
  if (devices === 'vfs') return { ifnames: inOrder(functions + 2).map(vfName), [Symbol.dispose]: () => undefined };
  if (!functionsInKernel)
    return {
      ifnames: inOrder(functions + 1).flatMap((hop) => [`s${hop}`, `r${hop}`]),
      [Symbol.dispose]: () => undefined,
    };
  const programs: Disposable[] = [];
  const detach = (): void => programs.forEach((program) => program[Symbol.dispose]());
  try {
    for (const hop of inOrder(functions))
      programs.push(attachXdpForward({ netns: benchNetns, from: `r${hop}`, to: `s${hop + 1}` }));
  } catch (error) {
    detach();
    throw error;
  }
  return { ifnames: ['s0', `r${functions}`], [Symbol.dispose]: detach };
}
