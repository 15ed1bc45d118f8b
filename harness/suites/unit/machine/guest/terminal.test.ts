import test from 'ava';
import { openTerminal } from '../../../../machine/guest/terminal.js';

test('a terminal that no guest came to is not waited for', async (t) => {
  const terminal = openTerminal();
  const attached = terminal.attach();

  terminal[Symbol.dispose]();

  await t.notThrowsAsync(attached);
});
