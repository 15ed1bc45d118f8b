import { join } from 'node:path';
import { FlashError } from '../errors.js';
import { withProgress, type OnProgress } from '../host/progress.js';
import { repositoryRoot } from '../host/repository.js';
import { attempt, lastLines, type RunResult } from '../process/run.js';

const rustFolder = join(repositoryRoot, 'nf', 'rust');
export const rustTarget = join(repositoryRoot, 'out', 'rust');
const deadlineMs = 900_000;

/** As artifacts they are counted while they are built; what the compiler says of them is text as ever. */
export const countable = '--message-format=json-render-diagnostics';

export type Environment = Readonly<Record<string, string>>;

/** Shows how many crates are ready. */
export function cargo(args: readonly string[], onProgress: OnProgress, env: Environment = {}): Promise<RunResult> {
  onProgress({ kind: 'phase', phase: `cargo ${args[0] ?? ''}`, unit: 'crates' });
  let done = 0;
  return attemptCargo(args, env, (line) => {
    if (line.startsWith('{"reason":"compiler-artifact"')) onProgress({ kind: 'step', done: ++done, total: undefined });
  });
}

export function attemptCargo(
  args: readonly string[],
  env: Environment,
  onLine: (line: string) => void,
): Promise<RunResult> {
  const usual = {
    CARGO_TARGET_DIR: rustTarget,
    CARGO_TERM_COLOR: 'never',
    RUSTDOC: join(rustFolder, 'rustdoc-with-codes'),
  };
  return attempt('cargo', args, { cwd: rustFolder, timeoutMs: deadlineMs, env: { ...usual, ...env }, onLine });
}

/** Why nothing of nf/ that is in Rust can be built here. */
export async function whyNoRust(onProgress: OnProgress): Promise<string | undefined> {
  const found = await attempt('cargo', ['--version']);
  if (found.exitCode !== 0) return 'cargo is not installed; `ci/bootstrap.sh test` installs it where it can be had';
  const fetched = await cargo(['fetch', '--locked'], onProgress);
  return fetched.exitCode === 0 ? undefined : `the crates cannot be fetched: ${lastLines(fetched.stderr, 3)}`;
}

/**
 * Brings the examples in Rust up to date, where they can be built: tests that want one skip if it is not there.
 * `release` is what users build, and what is measured.
 */
export async function buildRustExamples(profile: 'debug' | 'release' = 'debug'): Promise<void> {
  await withProgress(async (onProgress) => {
    if ((await whyNoRust(onProgress)) !== undefined) return;
    const optimized = profile === 'release' ? ['--release'] : [];
    const args = ['build', '--locked', '--package=l2fwd', ...optimized, countable];
    const { exitCode, stderr } = await cargo(args, onProgress);
    if (exitCode !== 0) throw new FlashError('buildFailed', 'l2fwd in Rust cannot be built', { logTail: stderr });
  });
}
