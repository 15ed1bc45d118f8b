import { cpus } from 'node:os';
import { setTimeout as delay } from 'node:timers/promises';
import { sum } from 'd3-array';

/** The share of this machine's processors, 0 to 1, that is in use while the caller only waits. */
export async function measureBusy(milliseconds: number): Promise<number> {
  const before = processorTimes();
  await delay(milliseconds);
  const after = processorTimes();
  const [busy, all] = [after.busy - before.busy, after.all - before.all];
  return all > 0 ? busy / all : 0;
}

function processorTimes(): { readonly busy: number; readonly all: number } {
  const times = cpus().map((cpu) => cpu.times);
  const all = sum(times, (time) => sum(Object.values(time)));
  return { busy: all - sum(times, ({ idle }) => idle), all };
}
