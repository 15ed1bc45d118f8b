import { startIn } from '../host/netns.js';
import { FlashError } from '../errors.js';
import { listIds } from '../flash/registry.js';
import { signalIfThere } from '../process/signal-group.js';
import { waitUntil } from '../process/wait-until.js';
import { nativePaths } from './build-native.js';

/** A socket, not bound, whose owner holds its mutex until it is released or killed. */
export interface HeldSocket extends AsyncDisposable {
  readonly id: number;
  readonly release: () => Promise<unknown>;
}

const deadlineMs = 20_000;

export async function holdSocket(netns: string): Promise<HeldSocket> {
  const before = new Set(listIds());
  const child = startIn(netns, nativePaths.held, []);
  let output = '';
  let ended = false;
  child.stdout.on('data', (chunk: Buffer | string) => (output += chunk.toString()));
  const end = (async (): Promise<string> => {
    const { stderr } = await child;
    ended = true;
    return stderr;
  })();
  const said = (word: 'held' | 'released'): Promise<RegExpExecArray> =>
    waitUntil(
      async () => {
        if (ended)
          throw new FlashError('infrastructure', `the program that holds a socket ended before it was ${word}`, {
            logTail: await end,
          });
        return new RegExp(`^${word}( \\d+)?$`, 'm').exec(output) ?? undefined;
      },
      { what: `a socket to be ${word}`, deadlineMs, intervalMs: 10, failAs: 'infrastructure' },
    );

  const pid = Number((await said('held'))[1]);
  const [id = -1] = listIds().filter((listed) => !before.has(listed));
  return {
    id,
    async release() {
      signalIfThere(pid, 'SIGUSR1');
      await said('released');
    },
    async [Symbol.asyncDispose]() {
      signalIfThere(pid, 'SIGKILL');
      await end;
    },
  };
}
