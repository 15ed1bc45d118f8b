import { repositoryRoot } from '../host/repository.js';
import { shellWord } from '../host/shell-word.js';
import { FlashError } from '../errors.js';
import { lastLines } from '../process/run.js';
import type { Machine } from './machine.js';
import type { SshConnection } from './ssh/connection.js';
import { harnessDir, remoteNode } from './ssh/place-harness.js';

export interface SshMachineOptions {
  readonly connection: SshConnection;
  readonly deadlineMs: number;
  /** Set for what runs there, and inherited by all that it starts. */
  readonly env?: Readonly<Record<string, string>>;
}

/** A machine that ssh reaches, where the harness has been placed. */
export function sshMachine({ connection, deadlineMs, env = {} }: SshMachineOptions): Machine {
  return {
    async run({ argv, input = '' }, onEvent) {
      const { target } = connection;
      onEvent?.({ kind: 'start', place: target.name, accel: 'native' });
      const script = [
        `cd ${harnessDir}`,
        `export ${Object.entries({ UV_USE_IO_URING: '0', ...env })
          .map(([name, value]) => `${name}=${shellWord(value)}`)
          .join(' ')}`,
        // Its libraries are only for a machine that lacks them.
        `if [ -e lib/needed ]; then export LD_LIBRARY_PATH=${harnessDir}/lib; fi`,
        `exec ${argv.map(thereOf).map(shellWord).join(' ')}`,
      ].join('\n');
      const child = connection.start(script, { input, deadlineMs });
      onEvent?.({ kind: 'ready' });
      for (const stream of ['stdout', 'stderr'] as const) {
        child[stream].on('data', (chunk: Buffer | string) =>
          onEvent?.({ kind: 'output', stream, text: chunk.toString() }),
        );
      }
      const { exitCode, stderr } = await child;
      if (!connection.isOpen() || exitCode === noConnection)
        throw new FlashError('noNetwork', `the connection to ${target.name} was lost while a program ran there`, {
          logTail: lastLines(stderr, 5),
        });
      return { exitCode: exitCode ?? 1 };
    },
  };
}

const noConnection = 255;

/** A word of a command that was made for this machine. */
function thereOf(word: string): string {
  if (word === process.execPath) return remoteNode;
  return word.startsWith(`${repositoryRoot}/`) ? `${harnessDir}${word.slice(repositoryRoot.length)}` : word;
}
