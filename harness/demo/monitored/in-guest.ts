import { guest } from '../../machine/guest.js';
import { openTerminal } from '../../machine/guest/terminal.js';
import type { Start } from '../../machine/machine.js';
import { runProgram } from '../../machine/run-program.js';
import { chainFileProgram } from './chain-file-program.js';
import type { ChainFileEvent, ChainFileReport } from './report.js';

export interface GuestChainFileOptions {
  readonly image: string;
  readonly file: string;
  readonly text: string;
  /** Leaves a shell in the guest, with the chain in place, before it is taken down. */
  readonly keep: boolean;
  readonly onEvent: (event: ChainFileEvent) => void;
}

const deadlineMs = 600_000;

/** Runs what a file describes in a guest; this process only watches. */
export async function chainFileInGuest({
  image,
  file,
  text,
  keep,
  onEvent,
}: GuestChainFileOptions): Promise<{ readonly report: ChainFileReport; readonly accel: string }> {
  using terminal = keep ? openTerminal() : undefined;
  const machine = guest({
    image,
    deadlineMs: keep ? Number.POSITIVE_INFINITY : deadlineMs,
    extraQemuArgs: terminal?.qemuArgs ?? [],
  });
  let accel = '';
  const report = await runProgram(
    machine,
    chainFileProgram,
    { file, text, keep },
    {
      onStart(start: Start) {
        accel = start.accel;
        onEvent({ kind: 'phase', phase: `boot ${start.place}` });
      },
      onEvent(event) {
        onEvent(event);
        if (event.kind === 'report') void terminal?.attach();
      },
    },
  );
  return { report, accel };
}
