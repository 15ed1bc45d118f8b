import { PassThrough } from 'node:stream';
import { setTimeout as delay } from 'node:timers/promises';
import test from 'ava';
import { aside, showProgress } from '../../../host/progress.js';

const drawnWithinMs = 600;
const beginOfLine = '\r\x1b[K';
const lineGone = '\x1b[1G\x1b[2K';

test.serial('two pieces of work share the line of a terminal, which goes with the last of them', async (t) => {
  const ci = process.env['CI'];
  delete process.env['CI'];
  t.teardown(() => (ci === undefined ? undefined : (process.env['CI'] = ci)));
  let shown = '';
  const terminal = Object.assign(new PassThrough(), { isTTY: true, columns: 200, rows: 24 });
  terminal.on('data', (chunk) => (shown += chunk));
  const stream = terminal as unknown as NodeJS.WriteStream;

  const [first, second] = [showProgress(stream), showProgress(stream)];
  first.onProgress({ kind: 'phase', phase: 'tests on ixgbe', unit: 'tests' });
  second.onProgress({ kind: 'phase', phase: 'tests on ice', unit: 'tests' });
  first.onProgress({ kind: 'step', done: 7, total: undefined });
  first.onProgress({ kind: 'note', text: 'a note' });
  await delay(drawnWithinMs);
  t.regex(shown, /tests on ixgbe: 7 tests {2}0:0\d {2}\| {2}tests on ice {2}0:0\d/);
  t.regex(shown, /^.*a note\n/m);

  shown = '';
  aside(() => terminal.write('FAILED  a test\n'));
  t.true(shown.startsWith(beginOfLine));
  t.true(shown.includes('FAILED  a test\n'));

  shown = '';
  first.stop();
  await delay(drawnWithinMs);
  t.regex(shown, /tests on ice {2}0:0\d/);
  t.notRegex(shown, /ixgbe/);
  t.false(shown.includes(lineGone));

  second.stop();
  t.true(shown.endsWith(lineGone));
});
