import * as z from 'zod';
import { FlashError } from '../errors.js';
import { bundleOf } from '../host/repository.js';
import { cutLines } from '../process/lines.js';
import type { Ended, Machine, Start } from './machine.js';
import { messageSchema, type Program } from './program.js';

export interface RunProgramOptions<Event> {
  readonly onEvent?: ((event: Event) => void) | undefined;
  /** The machine starts, once more if it has before: then the program begins anew. */
  readonly onStart?: ((start: Start) => void) | undefined;
}

/** Runs a program of harness/programs/ on a machine and returns its output. Throws what the program throws. */
export async function runProgram<Input extends z.ZodType, Event extends z.ZodType, Output extends z.ZodType>(
  machine: Machine,
  program: Program<Input, Event, Output>,
  input: z.input<Input>,
  { onEvent, onStart }: RunProgramOptions<z.output<Event>> = {},
): Promise<z.output<Output>> {
  const argv = [process.execPath, '--enable-source-maps', bundleOf(`programs/${program.name}`)];
  const heard = listenTo(program, onEvent);
  const ended = await machine.run({ argv, input: JSON.stringify(program.input.parse(input)) }, (event) => {
    if (event.kind === 'start') {
      heard.reset();
      onStart?.(event);
    }
    if (event.kind === 'output') heard.push(event.stream, event.text);
  });
  return heard.outputOf(ended);
}

/** The last of what a program printed, for whom it did not tell enough. */
const shownCharacters = 2000;

interface Heard<Output> {
  readonly push: (stream: 'stdout' | 'stderr', text: string) => void;
  readonly reset: () => void;
  readonly outputOf: (ended: Ended) => Output;
}

/** Reads the messages of a program, among other lines it may print. */
function listenTo<Input extends z.ZodType, Event extends z.ZodType, Output extends z.ZodType>(
  { name, event: eventSchema, output: outputSchema }: Program<Input, Event, Output>,
  onEvent: ((event: z.output<Event>) => void) | undefined,
): Heard<z.output<Output>> {
  const lines = cutLines();
  let tail = '';
  let output: { readonly value: z.output<Output> } | undefined;
  let failure: FlashError | undefined;

  const read = (line: string): { readonly event?: z.output<Event> } => {
    const message = messageSchema.parse(JSON.parse(line));
    if (message.kind === 'event') return { event: eventSchema.parse(message.event) };
    if (message.kind === 'output') output = { value: outputSchema.parse(message.output) };
    else
      failure ??= new FlashError(message.failure, message.message, {
        advice: message.advice,
        logTail: message.logTail,
      });
    return {};
  };
  const readOrNote = (line: string): ReturnType<typeof read> => {
    try {
      return read(line);
    } catch (cause) {
      failure ??= new FlashError('guest', `the program ${name} said what it may not say: ${reasonOf(cause)}`, {
        logTail: line.slice(0, shownCharacters),
        cause,
      });
      return {};
    }
  };
  return {
    push(stream, text) {
      tail = (tail + text).slice(-shownCharacters);
      if (stream === 'stderr') return;
      for (const line of lines.push(text).filter((each) => each.startsWith('{"kind":'))) {
        const { event } = readOrNote(line);
        if (event !== undefined) onEvent?.(event);
      }
    },
    reset() {
      lines.reset();
      [tail, output, failure] = ['', undefined, undefined];
    },
    outputOf({ exitCode, logPath }) {
      const where = logPath === undefined ? {} : { logPath };
      if (failure !== undefined) throw new FlashError(failure.kind, failure.message, { ...where, ...failure.details });
      if (output !== undefined) return output.value;
      throw new FlashError('guest', `the program ${name} ended with ${exitCode} and without a result`, {
        logTail: tail,
        ...where,
      });
    },
  };
}

function reasonOf(cause: unknown): string {
  if (cause instanceof z.ZodError) return z.prettifyError(cause);
  return cause instanceof Error ? cause.message : String(cause);
}
