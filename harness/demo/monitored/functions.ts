import * as z from 'zod';
import { FlashError } from '../../errors.js';
import { nativePaths } from '../../native/build-native.js';
import { waitUntil } from '../../process/wait-until.js';
import type { Chain, ChainFunction } from '../../../nf/monitor/chain-file.js';
import { commandMonitor } from '../../../nf/monitor/client.js';
import { l2fwds } from './examples.js';
import { startNamed, type NetworkFunction } from './start-function.js';

/** The functions of a chain, each a process of the user that the file names. */
export interface MonitoredFunctions extends AsyncDisposable {
  /** Until the monitor has it in the chain. */
  readonly start: (name: string) => Promise<void>;
  /** Until the monitor has applied what the file says for a function that is missing. */
  readonly stop: (name: string) => Promise<void>;
  /** What all processes of a function have counted. */
  readonly counts: (name: string) => { readonly received: number; readonly sent: number; readonly held: number };
}

interface Place {
  readonly netns: string;
  /** A folder that all users may look into. */
  readonly dir: string;
  readonly socket: string;
}

const deadlineMs = 30_000;
/** A user or group of nobody in particular, where the file names none. */
const nobody = '65534';

const statusSchema = z.object({ functions: z.record(z.string(), z.object({ state: z.enum(['running', 'missing']) })) });

export function makeFunctions({ chain, functions }: Chain, { netns, dir, socket }: Place): MonitoredFunctions {
  const running = new Map<string, NetworkFunction>();
  const counted = new Map<string, { received: number; sent: number; held: number }>();

  const commandOf = (name: string, fn: ChainFunction): readonly [program: string, ...args: string[]] => {
    const { user = nobody, group = nobody, legacy, device, queue } = fn;
    if (legacy)
      return [...l2fwds.c.command, '--device', device, '--queue', String(queue), '--xdp', nativePaths.xskRedirect];
    const [program, ...args] = l2fwds.c.asUser(String(user), dir, String(group));
    return [program, ...args, '--chain', chain, '--function', name, '--monitor', socket];
  };

  const reach = async (name: string, state: 'running' | 'missing'): Promise<void> => {
    let seen: unknown;
    await waitUntil(
      async () => {
        seen = await commandMonitor(socket, { command: 'status' });
        return statusSchema.parse(seen).functions[name]?.state === state;
      },
      { what: `${name} to be ${state}`, deadlineMs, failAs: 'infrastructure', lastState: () => seen },
    );
  };

  return {
    async start(name) {
      const wanted = functions[name];
      if (wanted === undefined) throw new FlashError('usage', `there is no function ${name}`);
      const [program, ...args] = commandOf(name, wanted);
      const fn = await startNamed(`the function ${name}`, netns, program, args);
      running.set(name, fn);
      await reach(name, 'running');
    },
    async stop(name) {
      const fn = running.get(name);
      if (fn === undefined) return;
      running.delete(name);
      const report = await fn.stop();
      const before = counted.get(name) ?? { received: 0, sent: 0, held: 0 };
      counted.set(name, {
        received: before.received + report.received,
        sent: before.sent + report.sent,
        held: before.held + report.held,
      });
      await reach(name, 'missing');
    },
    counts: (name) => counted.get(name) ?? { received: 0, sent: 0, held: 0 },
    async [Symbol.asyncDispose]() {
      for (const fn of running.values()) await fn.kill();
    },
  };
}
