import { readFileSync } from 'node:fs';
import type { z } from 'zod';
import { describeFailure, exitCodes, FlashError } from '../errors.js';
import { installInterruptHandler } from '../process/interrupt.js';
import type { Message, Program } from './program.js';

const standardInput = 0;

/** What a program does: takes its input, tells events as they happen, returns its output. */
type Work<Input extends z.ZodType, Event extends z.ZodType, Output extends z.ZodType> = (
  input: z.output<Input>,
  tell: (event: z.input<Event>) => void,
) => Promise<z.input<Output>>;

/**
 * The other end of `runProgram()`: what the main module of a program calls. What it throws is told to
 * the caller, too.
 */
export async function serve<Input extends z.ZodType, Event extends z.ZodType, Output extends z.ZodType>(
  program: Program<Input, Event, Output>,
  work: Work<Input, Event, Output>,
): Promise<void> {
  installInterruptHandler();
  try {
    const input = program.input.parse(JSON.parse(readFileSync(standardInput, 'utf8')));
    const output = await work(input, (event) => say({ kind: 'event', event: program.event.parse(event) }));
    say({ kind: 'output', output: program.output.parse(output) });
  } catch (error) {
    say(failureMessage(error));
    console.error(describeFailure(error));
    process.exitCode = error instanceof FlashError ? error.exitCode : exitCodes.infrastructure;
  }
}

function say(message: Message): void {
  process.stdout.write(`${JSON.stringify(message)}\n`);
}

function failureMessage(error: unknown): Message {
  if (!(error instanceof FlashError))
    return { kind: 'failure', failure: 'infrastructure', message: describeFailure(error) };
  const { advice, logTail } = error.details;
  return { kind: 'failure', failure: error.kind, message: error.message, advice, logTail };
}
