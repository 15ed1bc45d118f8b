import test, { type ExecutionContext } from 'ava';
import { join } from 'node:path';
import * as z from 'zod';
import { FlashError } from '../../../errors.js';
import { repositoryRoot } from '../../../host/repository.js';
import { here } from '../../../machine/here.js';
import type { Command, Machine, MachineEvent } from '../../../machine/machine.js';
import { defineProgram } from '../../../machine/program.js';
import { runProgram } from '../../../machine/run-program.js';

const squares = defineProgram({
  name: 'squares',
  input: z.object({ upTo: z.number() }),
  event: z.object({ square: z.number() }),
  output: z.object({ sum: z.number() }),
});

const start: MachineEvent = { kind: 'start', place: 'a test', accel: 'native' };
const printing = (text: string, stream: 'stdout' | 'stderr' = 'stdout'): MachineEvent => ({
  kind: 'output',
  stream,
  text,
});
const line = (message: object): string => `${JSON.stringify(message)}\n`;
const event = (square: number): string => line({ kind: 'event', event: { square } });
const output = (sum: number): string => line({ kind: 'output', output: { sum } });

/** A machine whose programs do as a script says. */
function scripted(events: readonly MachineEvent[], exitCode = 0): Machine & { readonly commands: Command[] } {
  const commands: Command[] = [];
  return {
    commands,
    async run(command, onEvent) {
      commands.push(command);
      for (const each of events) onEvent?.(each);
      return { exitCode, logPath: '/logs' };
    },
  };
}

async function failureOf(t: ExecutionContext, machine: Machine): Promise<FlashError> {
  const error = await t.throwsAsync(runProgram(machine, squares, { upTo: 2 }), { instanceOf: FlashError });
  return error as FlashError;
}

test('a program gets its input as JSON, is heard among other lines, and its output is returned', async (t) => {
  const machine = scripted([
    start,
    printing(`noise\n${event(1)}${event(4).slice(0, 9)}`),
    printing(`${event(4).slice(9)}${output(5)}`),
  ]);
  const heard: number[] = [];

  const result = await runProgram(machine, squares, { upTo: 2 }, { onEvent: ({ square }) => heard.push(square) });

  t.deepEqual(result, { sum: 5 });
  t.deepEqual(heard, [1, 4]);
  t.is(machine.commands[0]?.input, '{"upTo":2}');
  t.true(machine.commands[0]?.argv.at(-1)?.endsWith(join('dist', 'bundles', 'programs', 'squares.js')));
});

test('what a machine said before it started again does not count', async (t) => {
  const starts: string[] = [];
  const machine = scripted([
    start,
    printing(`${output(1)}${line({ kind: 'failure', failure: 'guest', message: 'early' })}{"half`),
    start,
    printing(output(5)),
  ]);

  t.deepEqual(await runProgram(machine, squares, { upTo: 2 }, { onStart: ({ place }) => starts.push(place) }), {
    sum: 5,
  });
  t.deepEqual(starts, ['a test', 'a test']);
});

test('what a program throws is thrown with its kind, and says where the log is', async (t) => {
  const failure = { kind: 'failure', failure: 'missingTool', message: 'no abacus', advice: 'buy one', logTail: 'a\nb' };

  const error = await failureOf(t, scripted([start, printing(output(5)), printing(line(failure))], 4));

  t.is(error.kind, 'missingTool');
  t.is(error.message, 'no abacus');
  t.deepEqual(error.details, { logPath: '/logs', advice: 'buy one', logTail: 'a\nb' });
});

test('a program that ends without a result is an error that shows the last it printed', async (t) => {
  const error = await failureOf(
    t,
    scripted([start, printing(event(1)), printing('Segmentation fault\n', 'stderr')], 139),
  );

  t.regex(error.message, /squares ended with 139 and without a result/);
  t.regex(error.details.logTail ?? '', /Segmentation fault/);
});

test('both sides are held to what was agreed', async (t) => {
  const wrongEvent = await failureOf(
    t,
    scripted([start, printing(line({ kind: 'event', event: { square: 'four' } })), printing(output(5))]),
  );
  const wrongOutput = await failureOf(t, scripted([start, printing(line({ kind: 'output', output: {} }))]));
  const noMessage = await failureOf(t, scripted([start, printing(line({ kind: 'shout' })), printing(output(5))]));

  for (const { message } of [wrongEvent, wrongOutput, noMessage])
    t.regex(message, /the program squares said what it may not say/);
  t.regex(wrongEvent.message, /square/);
  await t.throwsAsync(runProgram(scripted([]), squares, { upTo: 'two' } as unknown as { upTo: number }), {
    instanceOf: z.ZodError,
  });
});

/** A program as its own main module, on this machine. */
async function served(
  t: ExecutionContext,
  work: string,
  input: string,
): Promise<{ readonly said: unknown[]; readonly stderr: string; readonly exitCode: number }> {
  const at = (name: string): string => JSON.stringify(join(repositoryRoot, 'dist', 'harness', name));
  const code = `
    import { z } from ${at('../../node_modules/zod/index.js')};
    import { FlashError } from ${at('errors.js')};
    import { serve } from ${at('machine/serve.js')};
    const contract = { name: 'squares', input: z.object({ upTo: z.number() }), event: z.object({ square: z.number() }), output: z.object({ sum: z.number() }) };
    await serve(contract, ${work});`;
  const text = { stdout: '', stderr: '' };
  const { exitCode } = await here().run(
    { argv: [process.execPath, '--input-type=module', '--eval', code], input },
    (each) => {
      if (each.kind === 'output') text[each.stream] += each.text;
    },
  );
  t.regex(text.stdout, /^({.*}\n)+$/);
  return {
    said: text.stdout
      .trimEnd()
      .split('\n')
      .map((each) => JSON.parse(each) as unknown),
    stderr: text.stderr,
    exitCode,
  };
}

test('a served program tells events and returns its output', async (t) => {
  const { said, exitCode } = await served(
    t,
    'async ({ upTo }, tell) => { tell({ square: upTo * upTo }); return { sum: upTo }; }',
    '{"upTo":3}',
  );

  t.deepEqual(said, [
    { kind: 'event', event: { square: 9 } },
    { kind: 'output', output: { sum: 3 } },
  ]);
  t.is(exitCode, 0);
});

test('a served program says what it throws, and what is wrong with its input or its own words', async (t) => {
  const thrown = await served(
    t,
    "async () => { throw new FlashError('busy', 'come back later', { advice: 'tomorrow' }); }",
    '{"upTo":3}',
  );
  const badInput = await served(t, 'async () => ({ sum: 1 })', '{"upTo":"three"}');
  const noJson = await served(t, 'async () => ({ sum: 1 })', 'upTo=3');
  const badOutput = await served(t, 'async () => ({ sum: "one" })', '{"upTo":3}');

  t.deepEqual(thrown.said, [{ kind: 'failure', failure: 'busy', message: 'come back later', advice: 'tomorrow' }]);
  t.regex(thrown.stderr, /come back later/);
  t.is(thrown.exitCode, 10);
  for (const { said, exitCode } of [badInput, noJson, badOutput]) {
    t.like(said, [{ kind: 'failure', failure: 'infrastructure' }]);
    t.is(exitCode, 13);
  }
});
