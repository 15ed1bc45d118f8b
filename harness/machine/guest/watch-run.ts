import type { GuestEvent } from './events.js';
import { followFile } from './file-tail.js';
import type { RunDirectory } from './run-directory.js';
import { createSplatDetector } from './splat.js';

export interface RunWatch {
  /** What is new since the last call; `last` also closes what was still being collected. */
  readonly read: (last: boolean) => Generator<GuestEvent>;
  readonly close: () => void;
}

/** Turns the files of a run into events: console lines, warnings, output. */
export function watchRun(files: RunDirectory): RunWatch {
  const tails = {
    console: followFile(files.consolePath),
    stdout: followFile(files.stdoutPath),
    stderr: followFile(files.stderrPath),
  };
  const detector = createSplatDetector();

  function* read(last: boolean): Generator<GuestEvent> {
    for (const line of tails.console.readLines()) {
      yield { kind: 'console', line };
      const splat = detector.push(line);
      if (splat) yield { kind: 'splat', splat };
    }
    const unfinished = last ? detector.flush() : undefined;
    if (unfinished) yield { kind: 'splat', splat: unfinished };
    for (const stream of ['stdout', 'stderr'] as const) {
      const text = tails[stream].read();
      if (text !== '') yield { kind: 'output', stream, text };
    }
  }
  return { read, close: () => Object.values(tails).forEach((tail) => tail.close()) };
}
