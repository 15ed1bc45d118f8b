import { join } from 'node:path';
import test from 'ava';
import { repositoryRoot } from '../../../host/repository.js';
import { attempt } from '../../../process/run.js';

for (const [args, says] of [
  [['--nic', 'tulip'], /'--nic <model>' argument 'tulip' is invalid. Allowed choices are ixgbe, i40e, ice, mlx5/],
  [['--nic', 'ice', 'lunch'], /'lunch' is invalid for argument 'part'. Allowed choices are patched, unpatched/],
  [['--match', 'a*'], /say which: --nic ixgbe\|i40e\|ice\|mlx5/],
  [['--table', '--fail-fast'], /'--table' cannot be used with option '--fail-fast'/],
  [['--table', '--match', 'a*'], /'--table' cannot be used with option '--match/],
] as const) {
  test(`test nic ${args.join(' ')} is refused`, async (t) => {
    const cli = join(repositoryRoot, 'dist', 'cli.js');
    const { exitCode, stdout, stderr } = await attempt(process.execPath, [cli, 'test', 'nic', ...args]);

    t.is(exitCode, 2);
    t.is(stdout, '');
    t.regex(stderr, says);
  });
}
