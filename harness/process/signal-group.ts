/** Sends a signal to a process and to every process of its group; one that is gone already is no error. */
export function signalGroup(leaderPid: number | undefined, signal: NodeJS.Signals): void {
  if (leaderPid !== undefined) signalIfThere(-leaderPid, signal);
}

/** Sends a signal to one process; one that is gone already is no error. */
export function signalIfThere(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}
