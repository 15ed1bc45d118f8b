import { join } from 'node:path';
import { withProgress, type OnProgress } from '../host/progress.js';
import { buildNative } from '../native/build-native.js';
import { attemptCargo, cargo, countable, rustTarget, whyNoRust, type Environment } from '../native/cargo.js';
import { attempt } from '../process/run.js';
import { watchLibtest } from './libtest.js';
import { addResults, type Suite, type SuiteResult } from './suite.js';

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
      const reason = await whyNoRust(onProgress);
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
          CARGO_TARGET_DIR: join(rustTarget, 'loom'),
        }),
      ];
      return addResults(results);
    });
  },
};

const clippy = ['clippy', ...everything, '--all-targets', countable, '--', '-D', 'warnings'];
const documentation = ['doc', '--package=flash-nf', '--no-deps', '--locked', countable];

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
  const tested = await attemptCargo(['test', ...args, '--no-fail-fast', '--', ...all], env, onLine);
  return read(tested.stdout, tested.stderr, tested.exitCode);
}

const tryVeth = 'ip link add name a type veth peer name b && grep -qw XDP /proc/net/protocols';

/** Packets on veth pairs take root, a network namespace and AF_XDP in the kernel of this machine. */
async function canHaveTraffic(): Promise<boolean> {
  const { exitCode } = await attempt('unshare', ['--net', 'sh', '-c', tryVeth]);
  return exitCode === 0;
}
