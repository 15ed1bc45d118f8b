import { readFileSync } from 'node:fs';

/** Of /proc/meminfo: what is free, what can be had back, and what programs have. */
const others = ['MemFree', 'Buffers', 'Cached', 'SwapCached', 'SReclaimable', 'AnonPages'] as const;

/**
 * How much memory the kernel holds for good, in KiB: all but the above, also pages that nobody counts, such as those of
 * page pools and those that are pinned for a UMEM whose program has ended.
 */
export function kernelKib(meminfo = readFileSync('/proc/meminfo', 'utf8')): number {
  const lines = new Map(
    [...meminfo.matchAll(/^(\w+): +(\d+) kB$/gm)].map(([, name = '', kib = '']) => [name, Number(kib)]),
  );
  return others.reduce((rest, name) => rest - (lines.get(name) ?? 0), lines.get('MemTotal') ?? 0);
}
