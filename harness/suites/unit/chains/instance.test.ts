import test from 'ava';
import { openBatchTrace } from '../../../chains/trace/batches.js';
import { openTraceInstance } from '../../../chains/trace/instance.js';
import { FlashError } from '../../../errors.js';
import { temporaryDir } from '../support/temporary-dir.js';
import { fakeInstance } from './support/fake-instance.js';

test('without tracefs there is nothing to trace with, and it is said how to mount it', (t) => {
  const place = temporaryDir(t);

  const error = t.throws(() => openTraceInstance(64, [place]), { instanceOf: FlashError });

  t.regex(error?.message ?? '', /^tracefs is not mounted at \S+, or not for this user to see$/);
  t.is((error as FlashError).details.advice, `as root: mount -t tracefs tracefs ${place}`);
});

test('batches are not sampled where nothing can be traced, and it is said why', (t) => {
  const reasons: string[] = [];
  let disposed = 0;
  const say = ({ message }: FlashError): void => void reasons.push(message);
  const withoutEvent = fakeInstance({ has: () => false, [Symbol.dispose]: () => void disposed++ });

  const found = [
    openBatchTrace(say, () => openTraceInstance(64, [temporaryDir(t)])),
    openBatchTrace(say, () => withoutEvent),
  ];

  t.deepEqual(found, [undefined, undefined]);
  t.is(disposed, 1);
  t.regex(reasons[0] ?? '', /^tracefs is not mounted/);
  t.is(reasons[1], 'this kernel has no tracepoint flash/flash_redirect');
  const broken = (): never => {
    throw new TypeError('broken');
  };
  t.throws(() => openBatchTrace(say, broken), { instanceOf: TypeError });
});
