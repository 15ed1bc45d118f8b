import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { attempt, type RunResult } from '../../process/run.js';
import { resetDuring } from '../nic-reset.js';
import { temporaryDir } from './tiny-repository.js';

const newButton = (t: ExecutionContext): string => join(temporaryDir(t), 'button');

async function live([program = '', ...args]: readonly string[], timeoutMs: number): Promise<RunResult> {
  return attempt(program, args, { timeoutMs });
}

test('a machine is reset when a test has passed, and runs them again', async (t) => {
  const button = newButton(t);
  const { command } = resetDuring(['sh', '-c', "echo 'not ok 1 - first'; echo 'ok 2 - second'; sleep 2"], button);

  // A reset ends it in the middle, and so does the time it gets here.
  await live(command, 4000);
  t.is(readFileSync(button, 'utf8'), 'b\n');

  const second = await live(command, 20_000);
  t.is(second.exitCode, 0);
  t.is(second.stdout, 'not ok 1 - first\nok 2 - second\n');
});

test('a machine whose tests end without one that passed is not reset, and shows them', async (t) => {
  const button = newButton(t);
  const { command } = resetDuring(['sh', '-c', "echo 'not ok 1 - first'"], button);

  const { exitCode, stdout } = await live(command, 20_000);
  t.is(exitCode, 1);
  t.is(stdout, 'not ok 1 - first\n');
  t.false(existsSync(button));
});
