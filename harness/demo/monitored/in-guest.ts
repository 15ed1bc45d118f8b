import { watchInGuest } from '../watch-in-guest.js';
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

/** Runs what a file describes in a guest; this process only watches. */
export function chainFileInGuest({
  image,
  file,
  text,
  keep,
  onEvent,
}: GuestChainFileOptions): Promise<{ readonly report: ChainFileReport; readonly accel: string }> {
  return watchInGuest(chainFileProgram, { file, text, keep }, { machine: { image }, onEvent });
}
