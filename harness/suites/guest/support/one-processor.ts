import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { run } from '../../../process/run.js';

const interrupts = '/proc/irq';
const affinityFile = (irq: string): string => join(interrupts, irq, 'smp_affinity_list');

/** Has a program, and all interrupts that may be led elsewhere, on one processor until disposed of. */
export async function gatherOnProcessor(processor: number, pid: number): Promise<Disposable> {
  await run('taskset', ['--all-tasks', '--pid', '--cpu-list', String(processor), String(pid)]);
  const led = readdirSync(interrupts).flatMap((irq) => lead(irq, String(processor)));
  return {
    [Symbol.dispose]() {
      for (const { irq, before } of led) lead(irq, before);
    },
  };
}

/** Where it was led before; nothing if it cannot be led, as those of timers, or is gone. */
function lead(irq: string, processors: string): { readonly irq: string; readonly before: string }[] {
  try {
    const before = readFileSync(affinityFile(irq), 'utf8').trim();
    writeFileSync(affinityFile(irq), processors);
    return [{ irq, before }];
  } catch {
    return [];
  }
}
