/** Things that may fail and are tried again, a round after the other. */
export interface Attempts {
  /** Another round. */
  readonly begin: () => void;
  readonly attempt: (what: string, work: () => void) => void;
  /** Whether something of this round has failed. */
  readonly failed: () => boolean;
}

export function makeAttempts(log: (text: string) => void): Attempts {
  let [failures, before] = [new Map<string, string>(), new Map<string, string>()];
  return {
    begin: () => void ([failures, before] = [new Map(), failures]),
    attempt(what, work) {
      try {
        work();
      } catch (error) {
        const { message } = error as Error;
        // Once, if it fails again and again for one reason: only the sockets in it are others each time.
        const reason = message.replace(/\d+@\d+/g, '');
        if (before.get(what) !== reason) log(`${what}: ${message}`);
        failures.set(what, reason);
      }
    },
    failed: () => failures.size > 0,
  };
}
