import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { affinityFile } from '../../../host/interrupts.js';
import { runIn } from '../../../host/netns.js';
import { run } from '../../../process/run.js';
import type { Device } from './device.js';

/** Has a program, and all interrupts of its device that may be led elsewhere, on one processor until disposed of. */
export async function gatherOnProcessor(
  processor: number,
  { pid, device }: { readonly pid: number; readonly device: Device },
): Promise<Disposable> {
  await run('taskset', ['--all-tasks', '--pid', '--cpu-list', String(processor), String(pid)]);
  const led = (await interruptsOf(device)).flatMap((irq) => lead(irq, String(processor)));
  return {
    [Symbol.dispose]() {
      for (const { irq, before } of led) lead(irq, before);
    },
  };
}

/** None if it is on no bus. */
async function interruptsOf({ netns, a }: Device): Promise<readonly string[]> {
  const [, address = ''] = /^bus-info: (\S+)$/m.exec(await runIn(netns, 'ethtool', ['-i', a])) ?? [];
  const dir = join('/sys/bus/pci/devices', address, 'msi_irqs');
  return address !== '' && existsSync(dir) ? readdirSync(dir) : [];
}

/** Where it was led before; nothing if it cannot be led elsewhere. */
function lead(irq: string, processors: string): { readonly irq: string; readonly before: string }[] {
  try {
    const before = readFileSync(affinityFile(irq), 'utf8').trim();
    writeFileSync(affinityFile(irq), processors);
    return [{ irq, before }];
  } catch {
    return [];
  }
}
