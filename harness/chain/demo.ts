import { join } from 'node:path';
import { FlashError } from '../errors.js';
import type { Accelerator } from '../machine/guest/accelerator.js';
import type { GuestEvent, GuestResult } from '../machine/guest/events.js';
import { requireNoSplats, runInGuest } from '../machine/guest/run-in-guest.js';
import { openTerminal } from '../machine/guest/terminal.js';
import { repositoryRoot } from '../host/repository.js';
import type { NicModel } from '../nics/model.js';
import { startNics } from '../nics/start-nics.js';
import { chainNics, nicCpus } from './nic-wires.js';
import type { ChainEvent, ChainReport } from './report.js';

export interface GuestDemoOptions {
  readonly image: string;
  readonly separateUmem: boolean;
  /** Wires between emulated NICs of this model instead of veth pairs. */
  readonly nic?: NicModel | undefined;
  /** Leaves a shell in the guest, with the chain in place, before it is taken down. */
  readonly keep: boolean;
  readonly onEvent: (event: ChainEvent | GuestEvent) => void;
}

export interface GuestDemoResult {
  readonly report: ChainReport;
  readonly accel: Accelerator;
}

const demoDeadlineMs = 600_000;

/** Runs the chain in a guest; this process only watches. */
export async function demoInGuest({ image, separateUmem, nic, keep, onEvent }: GuestDemoOptions): Promise<GuestDemoResult> {
  await using nics = nic === undefined ? undefined : await startNics(chainNics(nic));
  using terminal = keep ? openTerminal() : undefined;
  let report: ChainReport | undefined;
  let stderr = '';
  const take = (event: GuestEvent): void => {
    onEvent(event);
    if (event.kind === 'output' && event.stream === 'stderr') stderr += event.text;
    if (event.kind !== 'payload') return;
    const chainEvent = event.payload as ChainEvent;
    if (chainEvent.kind === 'report') report = chainEvent.report;
    onEvent(chainEvent);
    if (chainEvent.kind === 'report') void terminal?.attach();
  };
  const flags = [...(separateUmem ? ['--separate-umem'] : []), ...(nic === undefined ? [] : ['--nic', nic]), ...(keep ? ['--keep'] : [])];
  const guest = await runInGuest({
    image,
    command: [process.execPath, join(repositoryRoot, 'dist', 'chain', 'in-guest.js'), ...flags],
    deadlineMs: keep ? Number.POSITIVE_INFINITY : demoDeadlineMs,
    ...(nics && { nics, cpus: nicCpus }),
    extraQemuArgs: terminal?.qemuArgs ?? [],
    onEvent: take,
  });
  if (report === undefined) throw noReport(guest, stderr);
  requireNoSplats(guest);
  return { report, accel: guest.accel };
}

function noReport(guest: GuestResult, stderr: string): FlashError {
  requireNoSplats(guest);
  return new FlashError('guest', `the chain ended with ${guest.exitCode} and without a report`, { logTail: stderr, logPath: guest.runDir });
}
