import type { Start } from '../machine/machine.js';
import { guest } from '../machine/guest.js';
import { openTerminal } from '../machine/guest/terminal.js';
import { runProgram } from '../machine/run-program.js';
import type { NicModel } from '../nics/model.js';
import { startNics } from '../nics/start-nics.js';
import { chainProgram } from './chain-program.js';
import { chainNics, nicCpus } from './nic-wires.js';
import type { ChainEvent, ChainReport } from './report.js';

export interface GuestDemoOptions {
  readonly image: string;
  readonly separateUmem: boolean;
  /** Wires between emulated NICs of this model instead of veth pairs. */
  readonly nic?: NicModel | undefined;
  /** Leaves a shell in the guest, with the chain in place, before it is taken down. */
  readonly keep: boolean;
  readonly onEvent: (event: ChainEvent) => void;
}

export interface GuestDemoResult {
  readonly report: ChainReport;
  readonly accel: string;
}

const demoDeadlineMs = 600_000;

/** Runs the chain in a guest; this process only watches. */
export async function demoInGuest({
  image,
  separateUmem,
  nic,
  keep,
  onEvent,
}: GuestDemoOptions): Promise<GuestDemoResult> {
  await using nics = nic === undefined ? undefined : await startNics(chainNics(nic));
  using terminal = keep ? openTerminal() : undefined;
  const machine = guest({
    image,
    deadlineMs: keep ? Number.POSITIVE_INFINITY : demoDeadlineMs,
    ...(nics && { nics, cpus: nicCpus }),
    extraQemuArgs: terminal?.qemuArgs ?? [],
  });
  let accel = '';
  const report = await runProgram(
    machine,
    chainProgram,
    { separateUmem, nic, keep },
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
