/** A place where programs run: a guest that boots for one and is gone afterwards, or this machine. */
export interface Machine {
  /** Runs a command to its end. What it needs from `input` it finds on its standard input. */
  readonly run: (command: Command, onEvent?: (event: MachineEvent) => void) => Promise<Ended>;
}

export interface Command {
  readonly argv: readonly string[];
  /** Nothing unless told. */
  readonly input?: string;
}

export type MachineEvent =
  | Start
  /** The machine is up, and the command begins. */
  | { readonly kind: 'ready' }
  | { readonly kind: 'output'; readonly stream: 'stdout' | 'stderr'; readonly text: string };

/** The machine starts, once more if it has before: then nothing counts that the command said until now. */
export interface Start {
  readonly kind: 'start';
  /** Where the command runs, in words. */
  readonly place: string;
  /** What executes it. */
  readonly accel: 'kvm' | 'tcg' | 'native';
}

export interface Ended {
  readonly exitCode: number;
  /** Where there is more to read about the run. */
  readonly logPath?: string;
}
