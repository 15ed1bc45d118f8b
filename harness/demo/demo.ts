import type { OwnModel } from '../nics/model.js';
import { startNics } from '../nics/start-nics.js';
import { chainProgram } from './chain-program.js';
import { chainNics, nicCpus } from './nic-wires.js';
import type { ChainEvent, ChainReport } from './report.js';
import { watchInGuest } from './watch-in-guest.js';

export interface GuestDemoOptions {
  readonly image: string;
  readonly separateUmem: boolean;
  /** Wires between emulated NICs of this model instead of veth pairs. */
  readonly nic?: OwnModel | undefined;
  /** Leaves a shell in the guest, with the chain in place, before it is taken down. */
  readonly keep: boolean;
  readonly onEvent: (event: ChainEvent) => void;
}

export interface GuestDemoResult {
  readonly report: ChainReport;
  readonly accel: string;
}

/** Runs the chain in a guest; this process only watches. */
export async function demoInGuest({
  image,
  separateUmem,
  nic,
  keep,
  onEvent,
}: GuestDemoOptions): Promise<GuestDemoResult> {
  await using nics = nic === undefined ? undefined : await startNics(chainNics(nic));
  return await watchInGuest(
    chainProgram,
    { separateUmem, nic, keep },
    { machine: { image, ...(nics && { nics, cpus: nicCpus }) }, onEvent },
  );
}
