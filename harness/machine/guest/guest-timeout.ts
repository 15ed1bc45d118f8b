import { FlashError, type FailureDetails } from '../../errors.js';

export type GuestPhase = 'boot' | 'command' | 'power-off';

/** A guest that did not end a phase in time: it hangs, or its machine is too slow; the kernel said nothing. */
export class GuestTimeout extends FlashError {
  readonly phase: GuestPhase;
  readonly limitMs: number;

  constructor(phase: GuestPhase, limitMs: number, details: FailureDetails = {}, isQuiet = false) {
    const did = isQuiet ? `printed nothing in its phase "${phase}" for` : `did not finish its phase "${phase}" within`;
    super('guest', `the guest ${did} ${limitMs / 1000} s`, details);
    this.phase = phase;
    this.limitMs = limitMs;
  }
}
