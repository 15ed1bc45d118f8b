import * as z from 'zod';
import { FlashError, type FailureKind } from '../../harness/errors.js';
import { joinNativePort, type Refusal } from '../../harness/ffi/flash-port.js';
import { parseOptions } from './failures.js';
import { makePort, type Port } from './port.js';

/** Where the monitor listens unless told. */
export const monitorPath = '/run/flash/monitor.sock';

const name = z
  .string()
  .regex(
    /^(?=.{1,31}$)[a-z0-9][a-z0-9_-]*(\.\d+)?$/,
    'has 1 to 31 of a to z, 0 to 9, - and _, and may end with .NUMBER',
  );

const optionsSchema = z.strictObject({
  /** Which function of which chain to be, by the names in the chain file. */
  chain: name,
  function: name,
  /** The path of the monitor's socket. */
  monitor: z.string().min(1).default(monitorPath),
  /**
   * For how long to ask again while the queue of the function is in use, in milliseconds: the kernel lets go of one
   * some time after the process that had it has ended.
   */
  queueWaitMs: z.number().int().nonnegative().default(0),
});

export type JoinOptions = z.input<typeof optionsSchema>;

/**
 * Becomes a function of a chain, for which no privilege is needed. Rejects with a FlashError if there is no monitor,
 * or with the reason for which it refuses. The event loop goes on meanwhile, for ten seconds and `queueWaitMs` at most.
 */
export async function joinChain(options: JoinOptions): Promise<Port> {
  const { queueWaitMs, ...wanted } = parseOptions(optionsSchema, options, 'joining a chain');
  const answer = await joinNativePort({ ...wanted, waitMs: queueWaitMs });
  if ('errno' in answer) throw failureOf(answer, wanted.monitor);
  return makePort(answer);
}

const refusals: Readonly<Record<string, { readonly kind: FailureKind; readonly advice: string }>> = {
  ENOENT: { kind: 'usage', advice: '`npm run monitor -- status` lists the chains and their functions' },
  EACCES: { kind: 'usage', advice: 'run it as the user that the chain file names' },
  EBUSY: { kind: 'busy', advice: 'end the program that is this function first' },
  EAGAIN: { kind: 'busy', advice: 'try again in a moment, or say for how long to ask again: queueWaitMs' },
};

function failureOf({ errno, why }: Refusal, monitor: string): FlashError {
  const log = 'the log of the monitor may have more';
  if (why !== '') {
    const { kind, advice } = refusals[errno] ?? { kind: 'infrastructure', advice: log };
    return new FlashError(kind, `the monitor refuses: ${why}`, { advice });
  }
  const asking = `asking the monitor at ${monitor}`;
  switch (errno) {
    case 'ENOENT':
    case 'ECONNREFUSED':
      return new FlashError('infrastructure', `${asking}: nobody listens there`, {
        advice: '`npm run monitor -- serve` starts one, as root',
      });
    case 'EACCES':
    case 'EPERM':
      return new FlashError('infrastructure', `${asking}: this user may not`, {
        advice: 'everybody has to be allowed to look into its folder and to write to its socket',
      });
    case 'EPROTO':
      return new FlashError('infrastructure', `${asking}: it says what cannot be understood`, {
        advice: 'the monitor and the library have to be of versions that go together',
      });
    default:
      return new FlashError('infrastructure', `${asking}: ${errno}`, { advice: log });
  }
}
