import { createInterface } from 'node:readline';
import * as z from 'zod';
import { startIn } from '../../host/netns.js';
import { FlashError } from '../../errors.js';
import { signalGroup } from '../../process/signal-group.js';

/** What an example of nf/examples says at its end. */
const reportSchema = z.object({
  received: z.number(),
  sent: z.number(),
  full: z.number(),
  kicks: z.number(),
  sleeps: z.number(),
  busyWaits: z.number(),
  held: z.number(),
  refused: z.number(),
});

export type FunctionReport = z.infer<typeof reportSchema>;

/** Disposing ends one that still runs. */
export interface NetworkFunction extends AsyncDisposable {
  readonly pid: number;
  /** SIGTERM, which lets it send what it has; or SIGKILL, which reports nothing. */
  readonly stop: () => Promise<FunctionReport>;
  readonly kill: () => Promise<void>;
  /** Waits for it to end by itself. */
  readonly ended: () => Promise<FunctionReport>;
}

export interface Refused {
  readonly refused: string;
}

/** Starts it and waits until it is ready, or has said why it cannot be. */
export async function startFunction(
  netns: string,
  program: string,
  args: readonly string[],
): Promise<NetworkFunction | Refused> {
  const child = startIn(netns, program, args);
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const first = await lines.next();
  const wait = async () => child;
  if (first.done === true) return { refused: (await wait()).stderr.trimEnd() };
  const ended = async (): Promise<FunctionReport> => {
    const { exitCode, stdout, stderr } = await child;
    if (exitCode !== 0) throw new Error(`${program} exited with ${exitCode}: ${stderr}`);
    return reportSchema.parse(JSON.parse(stdout.trimEnd().split('\n').at(-1) ?? ''));
  };
  const kill = async (): Promise<void> => {
    signalGroup(child.pid, 'SIGKILL');
    await child;
  };
  return {
    pid: child.pid ?? 0,
    ended,
    kill,
    async stop() {
      signalGroup(child.pid, 'SIGTERM');
      return await ended();
    },
    [Symbol.asyncDispose]: kill,
  };
}

/** The same for one that has to be: it is an error, with what it has said, if it does not start. */
export async function startNamed(
  what: string,
  netns: string,
  program: string,
  args: readonly string[],
): Promise<NetworkFunction> {
  const started = await startFunction(netns, program, args);
  if (!('refused' in started)) return started;
  throw new FlashError('infrastructure', `${what} does not start`, { logTail: started.refused });
}
