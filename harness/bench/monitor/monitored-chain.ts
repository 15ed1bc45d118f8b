import { join } from 'node:path';
import { parseChain } from '../../../nf/monitor/chain-file.js';
import { commandMonitor } from '../../../nf/monitor/client.js';
import { l2fwds } from '../../demo/monitored/examples.js';
import { makeOpenDir } from '../../demo/monitored/open-dir.js';
import { startNamed, type NetworkFunction } from '../../demo/monitored/start-function.js';
import { startMonitor } from '../../demo/monitored/start-monitor.js';
import { layWires, type ChainWires } from '../../demo/monitored/wires.js';
import { waitUntil } from '../../process/wait-until.js';

/** A chain that a monitor runs, whose functions are l2fwd in C. */
export interface MonitoredChain extends AsyncDisposable {
  readonly wires: ChainWires;
  /** Of the monitor. */
  readonly pid: number;
  readonly apply: (text: string) => Promise<void>;
  readonly status: () => Promise<unknown>;
  /** Until the monitor has it in the chain. */
  readonly start: (name: string, ...options: string[]) => Promise<NetworkFunction>;
}

export const nobody = '65534';
const file = 'chain.yaml';
const deadlineMs = 60_000;

/** With wires for all that `text` names. */
export async function openMonitoredChain(text: string): Promise<MonitoredChain> {
  const stack: AsyncDisposable[] = [];
  const dispose = async (): Promise<void> => {
    for (const each of stack.toReversed()) await each[Symbol.asyncDispose]();
  };
  try {
    const parsed = parseChain(text, file);
    const wires = await layWires(parsed);
    stack.push(wires);
    const dir = makeOpenDir();
    stack.push({ [Symbol.asyncDispose]: async () => dir[Symbol.dispose]() });
    const socket = join(dir.path, 'monitor.sock');
    const monitor = await startMonitor({ netns: wires.netns, socket, state: join(dir.path, 'state.json') });
    stack.push({ [Symbol.asyncDispose]: async () => void (await monitor.stop()) });
    return {
      wires,
      pid: monitor.pid,
      apply: async (other) => void (await commandMonitor(socket, { command: 'apply', file, text: other })),
      status: () => commandMonitor(socket, { command: 'status' }),
      async start(name, ...options) {
        const [program, ...before] = l2fwds.c.asUser(nobody, dir.path);
        const place = ['--chain', parsed.chain, '--function', name, '--monitor', socket];
        const args = [...before, ...place, ...options];
        const started = await startNamed(`the function ${name}`, wires.netns, program, args);
        stack.push(started);
        await waitUntil(() => monitor.stderr().includes(`${name} is process ${started.pid}\n`), {
          what: `${name} to be in the chain`,
          ...{ deadlineMs, intervalMs: 1, lastState: monitor.stderr },
        });
        return started;
      },
      [Symbol.asyncDispose]: dispose,
    };
  } catch (error) {
    await dispose();
    throw error;
  }
}
