import { join } from 'node:path';
import { withProgress, type OnProgress } from '../host/progress.js';
import { repositoryRoot } from '../host/repository.js';
import { buildNative } from '../native/build-native.js';
import { attempt, lastLines, type RunResult } from '../process/run.js';
import { watchLibtest } from './libtest.js';
import { addResults, type Suite, type SuiteResult } from './suite.js';

const rustFolder = join(repositoryRoot, 'nf', 'rust');
const targetFolder = join(repositoryRoot, 'out', 'rust');
const deadlineMs = 900_000;

/** As artifacts they are counted while they are built; what the compiler says of them is text as ever. */
const countable = '--message-format=json-render-diagnostics';
const everything = ['--workspace', '--locked'];

/**
 * The library for network functions in Rust and its examples: warnings are errors, and examples in the documentation
 * that are not to compile fail for the reason they give. Who is root has packages on veth pairs, too.
 */
export const rustSuite: Suite = {
  name: 'rust',
  bootsGuests: false,
  async run() {
    return withProgress(async (onProgress) => {
      const reason = await whyNot(onProgress);
      if (reason !== undefined) return { tests: [{ title: 'what is in Rust', outcome: 'skipped', detail: reason }] };
      // The monitor attaches this.
      await buildNative(onProgress);
      const results = [
        await check('is formatted', ['fmt', '--all', '--check', '--', '--color=never'], onProgress),
        await check('has nothing that clippy warns of', clippy, onProgress),
        await check('has documentation without warnings', documentation, onProgress, { RUSTDOCFLAGS: '-D warnings' }),
        await test('tests', everything, onProgress),
        await test('tests of rings in every order', ['--package=flash-nf', '--lib', '--locked'], onProgress, {
          RUSTFLAGS: '--cfg loom',
          CARGO_TARGET_DIR: join(targetFolder, 'loom'),
        }),
      ];
      return addResults(results);
    });
  },
};

const clippy = ['clippy', ...everything, '--all-targets', countable, '--', '-D', 'warnings'];
const documentation = ['doc', '--package=flash-nf', '--no-deps', '--locked', countable];

type Environment = Readonly<Record<string, string>>;

async function check(
  what: string,
  args: readonly string[],
  onProgress: OnProgress,
  env: Environment = {},
): Promise<SuiteResult> {
  const { exitCode, stdout, stderr } = await cargo(args, onProgress, env);
  const title = `the code in Rust ${what}`;
  if (exitCode === 0) return { tests: [{ title, outcome: 'passed' }] };
  const said = stdout.split('\n').filter((line) => !line.startsWith('{'));
  return { tests: [{ title, outcome: 'failed', detail: [...said, stderr].join('\n').trim() }] };
}

async function test(
  what: string,
  args: readonly string[],
  onProgress: OnProgress,
  env: Environment = {},
): Promise<SuiteResult> {
  const built = await cargo(['test', ...args, '--no-run', countable], onProgress, env);
  if (built.exitCode !== 0)
    return { tests: [{ title: `${what} in Rust build`, outcome: 'failed', detail: built.stderr }] };
  onProgress({ kind: 'phase', phase: `${what} in Rust`, unit: 'tests' });
  const { onLine, read } = watchLibtest((done) => onProgress({ kind: 'step', done, total: undefined }));
  const all = (await canHaveTraffic()) ? ['--include-ignored'] : [];
  const tested = await attempt('cargo', ['test', ...args, '--no-fail-fast', '--', ...all], optionsOf(env, onLine));
  return read(tested.stdout, tested.stderr, tested.exitCode);
}

/** Shows how many crates are ready. */
function cargo(args: readonly string[], onProgress: OnProgress, env: Environment = {}): Promise<RunResult> {
  onProgress({ kind: 'phase', phase: `cargo ${args[0] ?? ''}`, unit: 'crates' });
  let done = 0;
  const onLine = (line: string): void => {
    if (line.startsWith('{"reason":"compiler-artifact"')) onProgress({ kind: 'step', done: ++done, total: undefined });
  };
  return attempt('cargo', args, optionsOf(env, onLine));
}

function optionsOf(env: Environment, onLine: (line: string) => void) {
  const usual = {
    CARGO_TARGET_DIR: targetFolder,
    CARGO_TERM_COLOR: 'never',
    RUSTDOC: join(rustFolder, 'rustdoc-with-codes'),
  };
  return { cwd: rustFolder, timeoutMs: deadlineMs, env: { ...usual, ...env }, onLine };
}

/** Why nothing of this can run here. */
async function whyNot(onProgress: OnProgress): Promise<string | undefined> {
  const found = await attempt('cargo', ['--version']);
  if (found.exitCode !== 0) return 'cargo is not installed; `ci/bootstrap.sh test` installs it where it can be had';
  const fetched = await cargo(['fetch', '--locked'], onProgress);
  return fetched.exitCode === 0 ? undefined : `the crates cannot be fetched: ${lastLines(fetched.stderr, 3)}`;
}

const tryVeth = 'ip link add name a type veth peer name b && grep -qw XDP /proc/net/protocols';

/** Packets on veth pairs take root, a network namespace and AF_XDP in the kernel of this machine. */
async function canHaveTraffic(): Promise<boolean> {
  const { exitCode } = await attempt('unshare', ['--net', 'sh', '-c', tryVeth]);
  return exitCode === 0;
}
