import type { ProcessPromise } from 'zx/core';
import { attempt, run, start, type RunOptions, type RunResult } from '../process/run.js';

/**
 * A fresh network namespace without IPv6, so that nothing is on its wires that nobody sent. One
 * that a killed run left behind under the same name is removed first.
 */
export async function createNetns(name: string): Promise<void> {
  await attempt('ip', ['netns', 'delete', name]);
  await run('ip', ['netns', 'add', name]);
  const conf = '/proc/sys/net/ipv6/conf';
  const disableIpv6 = `for which in all default; do if [ -d ${conf} ]; then echo 1 > ${conf}/$which/disable_ipv6; fi; done`;
  await runIn(name, 'sh', ['-c', disableIpv6]);
}

export async function deleteNetns(name: string): Promise<void> {
  await attempt('ip', ['netns', 'delete', name]);
}

/** Runs `ip` commands in a namespace, one per line. */
export async function ipBatch(netns: string, commands: readonly string[]): Promise<void> {
  await run('ip', ['-n', netns, '-batch', '-'], { input: `${commands.join('\n')}\n` });
}

export function startIn(netns: string, program: string, args: readonly string[], options?: RunOptions): ProcessPromise {
  return start('ip', ['netns', 'exec', netns, program, ...args], options);
}

export function attemptIn(
  netns: string,
  program: string,
  args: readonly string[],
  options?: RunOptions,
): Promise<RunResult> {
  return attempt('ip', ['netns', 'exec', netns, program, ...args], options);
}

export function runIn(netns: string, program: string, args: readonly string[], options?: RunOptions): Promise<string> {
  return run('ip', ['netns', 'exec', netns, program, ...args], options);
}

export interface LinkCounters {
  readonly ifindex: number;
  readonly rxPackets: number;
  readonly rxBytes: number;
  readonly rxDropped: number;
  readonly txPackets: number;
  readonly txBytes: number;
  readonly txDropped: number;
}

interface LinkJson {
  readonly ifindex: number;
  readonly ifname: string;
  readonly stats64: Readonly<Record<'rx' | 'tx', { packets: number; bytes: number; dropped: number }>>;
}

/** The counters of every device in a namespace, by name. */
export async function readLinks(netns: string): Promise<Readonly<Record<string, LinkCounters>>> {
  const links = JSON.parse(await run('ip', ['-n', netns, '-s', '-json', 'link', 'show'])) as LinkJson[];
  return Object.fromEntries(links.map((link) => [link.ifname, countersOf(link)]));
}

function countersOf({ ifindex, stats64: { rx, tx } }: LinkJson): LinkCounters {
  return {
    ifindex,
    ...{ rxPackets: rx.packets, rxBytes: rx.bytes, rxDropped: rx.dropped },
    ...{ txPackets: tx.packets, txBytes: tx.bytes, txDropped: tx.dropped },
  };
}
