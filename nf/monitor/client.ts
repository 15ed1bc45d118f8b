import { closeSync } from 'node:fs';
import * as z from 'zod';
import { FlashError } from '../../harness/errors.js';
import { NativeError } from '../../harness/ffi/native-error.js';
import { connectSeqpacket, receiveMessage, sendMessage } from '../../harness/ffi/seqpacket.js';
import { waitUntil } from '../../harness/process/wait-until.js';
import { decodeAnswer, encodeCommand } from './protocol.js';

const deadlineMs = 30_000;
const answerSchema = z.union([z.object({ error: z.string() }), z.object({ status: z.unknown() })]);

/** Has a running monitor do something, and returns its status. */
export async function commandMonitor(socketPath: string, command: unknown): Promise<unknown> {
  const fd = await connect(socketPath);
  try {
    if (!sendMessage(fd, encodeCommand(command))) throw new FlashError('busy', 'the monitor takes no commands now');
    const message = await waitUntil(() => receiveMessage(fd), { what: 'the monitor', deadlineMs, intervalMs: 5 });
    if (message === 'end') throw new FlashError('infrastructure', 'the monitor has hung up');
    for (const each of message.fds) closeSync(each);
    const answer = answerSchema.parse(decodeAnswer(message.data));
    if ('error' in answer) throw new FlashError('usage', `the monitor refuses: ${answer.error}`);
    return answer.status;
  } finally {
    closeSync(fd);
  }
}

/** Waits where many others do: nobody is ahead of them. */
async function connect(socketPath: string): Promise<number> {
  return await waitUntil(() => tryConnect(socketPath), {
    what: 'the monitor to take a connection',
    deadlineMs,
    intervalMs: 1,
  });
}

function tryConnect(socketPath: string): number | undefined {
  try {
    return connectSeqpacket(socketPath);
  } catch (cause) {
    if (cause instanceof NativeError && cause.errno === 'EAGAIN') return undefined;
    const advice = '`npm run monitor -- serve` starts one, as root';
    throw new FlashError('infrastructure', `no monitor listens at ${socketPath}`, { cause, advice });
  }
}
