import { join } from 'node:path';
import { requireFlash } from '../flash/registry.js';
import type { GuestOptions } from '../machine/guest/guest-events.js';
import { requireNoSplats, runInGuest } from '../machine/guest/run-in-guest.js';
import { withProgress } from '../host/progress.js';
import { repositoryRoot } from '../host/repository.js';
import { buildImage } from '../kernel/build-image.js';
import { buildNative } from '../native/build-native.js';
import { cutLines } from '../process/lines.js';
import { attempt } from '../process/run.js';
import { readAva } from './ava.js';
import type { Suite, SuiteResult } from './suite.js';
import { slowVariable } from './slow.js';
import { showResults } from './tap.js';

const deadlineMs = 1_200_000;
/** How long AVA waits for the next test to end. */
const testTimeoutSeconds = 300;
const slowDeadlineMs = 3 * deadlineMs;

/**
 * The tests that need a FLASH kernel, in one process and one after the other: they share the
 * machine's devices and its list of sockets.
 */
export function avaCommand({ failFast = false, slow = false, entry = 'all-tests', match }: GuestTestOptions = {}): string[] {
  const ava = join(repositoryRoot, 'node_modules', 'ava', 'entrypoints', 'cli.mjs');
  const options = ['--tap', '--serial', '--worker-threads', `--timeout=${testTimeoutSeconds}s`, ...(failFast ? ['--fail-fast'] : []), ...(match === undefined ? [] : [`--match=${match}`])];
  const command = [process.execPath, '--enable-source-maps', ava, ...options, `dist/suites/guest/${entry}.js`];
  return slow ? ['env', `${slowVariable}=1`, ...command] : command;
}

/** Runs them in a guest; a kernel that complains fails tests that otherwise passed. */
export const guestSuite: Suite = {
  name: 'guest',
  async run({ image, flavour }) {
    await buildNative();
    return runGuestTests(image ?? (await buildImage({ flavour })), { slow: flavour === 'debug' });
  },
};

export interface GuestTestOptions {
  /** End with the first test that fails. */
  readonly failFast?: boolean;
  /** The kernel is many times slower: more time, and fewer turns of what is only repeated. */
  readonly slow?: boolean;
  /** The file of that folder that names the tests. */
  readonly entry?: 'all-tests' | 'hold-tests' | 'nic-tests' | 'nic-tests-several-buffers' | 'driver-tests';
  /** Only tests with such titles; * stands for any text. */
  readonly match?: string | undefined;
}

export async function runGuestTests(image: string, options: GuestTestOptions = {}): Promise<SuiteResult> {
  return readTestsInGuest('tests in the guest', { image, command: avaCommand(options), deadlineMs: options.slow ? slowDeadlineMs : deadlineMs });
}

/** Boots a guest for AVA and shows how many tests have ended. */
export async function readTestsInGuest(what: string, guestOptions: GuestOptions): Promise<SuiteResult> {
  const output = { stdout: '', stderr: '' };
  const guest = await withProgress((onProgress) => {
    const lines = cutLines();
    let show: ((line: string) => void) | undefined;
    return runInGuest({
      ...guestOptions,
      onEvent: (event) => {
        if (event.kind === 'start') {
          Object.assign(output, { stdout: '', stderr: '' });
          lines.reset();
          onProgress({ kind: 'phase', phase: `${what}: booting` });
        }
        if (event.kind === 'setup') show = showResults(what, onProgress);
        if (event.kind !== 'output') return;
        output[event.stream] += event.text;
        if (event.stream === 'stdout') for (const line of lines.push(event.text)) show?.(line);
      },
    });
  });
  requireNoSplats(guest);
  return readAva({ ...output, exitCode: guest.exitCode });
}

/** Runs them on this machine. */
export const hereSuite: Suite = {
  name: 'here',
  onlyByName: true,
  bootsGuests: false,
  async run() {
    requireFlash();
    await buildNative();
    const [program = process.execPath, ...args] = avaCommand();
    const output = await withProgress((onProgress) =>
      attempt(program, args, { cwd: repositoryRoot, timeoutMs: deadlineMs, onLine: showResults('tests on this machine', onProgress) }),
    );
    return readAva(output);
  },
};
