import { connect, type Socket } from 'node:net';
import { createInterface } from 'node:readline';
import * as z from 'zod';
import { FlashError } from '../errors.js';

/** Carries one command to QEMU's monitor and brings its answer. */
export type Execute = (command: string, args?: Readonly<Record<string, unknown>>) => Promise<unknown>;

const deadlineMs = 60_000;

const message = z.union([
  z.object({ QMP: z.unknown() }),
  z.object({ return: z.unknown() }),
  z.object({ error: z.object({ desc: z.string() }) }),
  z.object({ event: z.string() }),
]);
type Message = z.infer<typeof message>;

/** Talks to QEMU's monitor for the time of the work: it listens to one at a time. */
export async function withMonitor<T>(path: string, work: (execute: Execute) => Promise<T>): Promise<T> {
  const socket = connect(path);
  try {
    const { next } = receive(socket, path);
    const answer = async (what: string): Promise<unknown> => {
      for (;;) {
        const said = await next();
        if ('event' in said) continue;
        if ('error' in said) throw failure(path, `it refused ${what}: ${said.error.desc}`);
        return 'return' in said ? said.return : said.QMP;
      }
    };
    await answer('to greet');
    const execute: Execute = async (command, args) => {
      socket.write(`${JSON.stringify({ execute: command, ...(args !== undefined && { arguments: args }) })}\n`);
      return answer(command);
    };
    await execute('qmp_capabilities');
    return await work(execute);
  } finally {
    socket.destroy();
  }
}

/** Its messages, one line each. */
function receive(socket: Socket, path: string): { readonly next: () => Promise<Message> } {
  const waiting: Message[] = [];
  let error: FlashError | undefined;
  let wake = (): void => undefined;
  const end = (why: string, cause?: unknown): void => {
    error ??= failure(path, why, cause);
    wake();
  };
  socket.setTimeout(deadlineMs, () => end(`nothing came within ${deadlineMs / 1000} s`));
  socket.on('close', () => end('it closed the connection'));
  const lines = createInterface({ input: socket });
  lines.on('error', (cause: Error) => end(cause.message, cause));
  lines.on('line', (line) => {
    const said = message.safeParse(parseJson(line));
    if (said.success) waiting.push(said.data);
    else end(`it said what is no message: ${line.slice(0, 200)}`, said.error);
    wake();
  });
  return {
    async next() {
      for (;;) {
        const said = waiting.shift();
        if (said !== undefined) return said;
        if (error !== undefined) throw error;
        await new Promise<void>((resolve) => (wake = resolve));
      }
    },
  };
}

function parseJson(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}

function failure(path: string, what: string, cause?: unknown): FlashError {
  return new FlashError('infrastructure', `the machine behind ${path} did not do as told: ${what}`, {
    advice: 'is the virtual lab still running?',
    cause,
  });
}
