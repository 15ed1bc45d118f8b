import * as z from 'zod';
import { FlashError, type FailureKind } from '../../harness/errors.js';
import { NativeError } from '../../harness/ffi/native-error.js';

interface Explanation {
  readonly kind?: FailureKind;
  /** Instead of what the library in C was doing and the name of the errno. */
  readonly message?: string;
  readonly advice: string;
}

/** Does what the library in C may refuse, and says what to do about that, by the name of the errno. */
export function explaining<T>(work: () => T, explain: (errno: string) => Explanation): T {
  try {
    return work();
  } catch (cause) {
    if (!(cause instanceof NativeError)) throw cause;
    const { kind = 'infrastructure', message = cause.message, advice } = explain(cause.errno);
    throw new FlashError(kind, message, { cause, advice });
  }
}

/** Of a port that is open. */
export function explainPort(errno: string): Explanation {
  if (errno === 'ENXIO')
    return { message: 'the device of the port is gone', advice: 'close the port, and open one on another device' };
  return { advice: 'close the port and open it again; `dmesg` may have more' };
}

export function parseOptions<T>(schema: z.ZodType<T>, options: unknown, what: string): T {
  const parsed = schema.safeParse(options);
  if (parsed.success) return parsed.data;
  throw new FlashError('usage', `${what}: the options cannot be\n${z.prettifyError(parsed.error)}`, {
    advice: 'nf/typescript says what each option may be',
  });
}
