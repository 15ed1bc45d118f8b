import type { z } from 'zod';
import { guest } from '../machine/guest.js';
import { openTerminal } from '../machine/guest/terminal.js';
import type { Start } from '../machine/machine.js';
import type { Program } from '../machine/program.js';
import { runProgram } from '../machine/run-program.js';

const deadlineMs = 600_000;

export interface WatchOptions<Event> {
  readonly machine: Omit<Parameters<typeof guest>[0], 'deadlineMs' | 'extraQemuArgs'>;
  readonly onEvent: (event: Event | { readonly kind: 'phase'; readonly phase: string }) => void;
}

/**
 * Runs a demo in a guest; this process only watches. If its input says `keep`, the terminal goes to the shell that the
 * demo starts when it has reported.
 */
export async function watchInGuest<
  Input extends z.ZodType<{ readonly keep: boolean }, { readonly keep: boolean }>,
  Event extends z.ZodType<{ readonly kind: string }>,
  Output extends z.ZodType,
>(
  program: Program<Input, Event, Output>,
  input: z.input<Input>,
  { machine, onEvent }: WatchOptions<z.output<Event>>,
): Promise<{ readonly report: z.output<Output>; readonly accel: string }> {
  const { keep } = input;
  using terminal = keep ? openTerminal() : undefined;
  const watched = guest({
    ...machine,
    deadlineMs: keep ? Number.POSITIVE_INFINITY : deadlineMs,
    extraQemuArgs: terminal?.qemuArgs ?? [],
  });
  let accel = '';
  const report = await runProgram(watched, program, input, {
    onStart(start: Start) {
      accel = start.accel;
      onEvent({ kind: 'phase', phase: `boot ${start.place}` });
    },
    onEvent(event) {
      onEvent(event);
      if (event.kind === 'report') void terminal?.attach();
    },
  });
  return { report, accel };
}
