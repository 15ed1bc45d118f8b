import { readFileSync } from 'node:fs';

/** Of /proc/meminfo: what is the kernel's own and stays until it is freed. */
const held = ['SUnreclaim', 'KernelStack', 'PageTables', 'Percpu', 'VmallocUsed'] as const;

/** How much memory the kernel holds that it cannot reclaim, in KiB. */
export function kernelKib(meminfo = readFileSync('/proc/meminfo', 'utf8')): number {
  const lines = new Map(
    [...meminfo.matchAll(/^(\w+): +(\d+) kB$/gm)].map(([, name = '', kib = '']) => [name, Number(kib)]),
  );
  return held.reduce((sum, name) => sum + (lines.get(name) ?? 0), 0);
}
