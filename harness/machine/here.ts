import { release } from 'node:os';
import { repositoryRoot } from '../host/repository.js';
import { start } from '../process/run.js';
import type { Machine } from './machine.js';

export interface HereOptions {
  readonly timeoutMs?: number;
}

/** This machine. */
export function here({ timeoutMs }: HereOptions = {}): Machine {
  return {
    async run({ argv: [program = '', ...args], input }, onEvent) {
      onEvent?.({ kind: 'start', place: `this machine, ${release()}`, accel: 'native' });
      const child = start(program, args, {
        cwd: repositoryRoot,
        ...(input !== undefined && { input }),
        ...(timeoutMs !== undefined && { timeoutMs }),
      });
      onEvent?.({ kind: 'ready' });
      for (const stream of ['stdout', 'stderr'] as const) {
        child[stream].on('data', (chunk: Buffer | string) =>
          onEvent?.({ kind: 'output', stream, text: chunk.toString() }),
        );
      }
      return { exitCode: (await child).exitCode ?? 1 };
    },
  };
}
