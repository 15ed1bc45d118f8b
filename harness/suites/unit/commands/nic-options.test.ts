import { join } from 'node:path';
import test from 'ava';
import { repositoryRoot } from '../../../host/repository.js';
import { attempt } from '../../../process/run.js';

for (const [args, says] of [
  [['--nic', 'tulip'], /'--nic <model>' argument 'tulip' is invalid. Allowed choices are ixgbe, i40e, ice, mlx5/],
  [['--nic', 'ice', 'lunch'], /'lunch' is invalid for argument 'part'. Allowed choices are patched, unpatched/],
  [['--match', 'a*'], /say which: --nic ixgbe\|i40e\|ice\|mlx5/],
  [['--passthrough', 'eth0'], /argument 'eth0' is invalid. Give PCI addresses, such as 0000:01:00.0/],
  [['--passthrough', '01:00.0,0000:01:00.0'], /Give one address, or two that differ/],
  [['--passthrough', '01:00.0', '--nic', 'ice'], /'--passthrough <addresses>' cannot be used with option '--nic/],
  [
    ['--passthrough', '01:00.0', 'demo', 'patched'],
    /demo cannot be run on real NICs\n {2}name some of patched, unpatched, reset, reload/,
  ],
  [['--give-back', '--passthrough', '01:00.0'], /'--give-back' cannot be used with option '--passthrough/],
  [['--table', '--fail-fast'], /'--table' cannot be used with option '--fail-fast'/],
  [['--table', '--match', 'a*'], /'--table' cannot be used with option '--match/],
] as const) {
  test(`test nic ${args.join(' ')} is refused`, async (t) => {
    const cli = join(repositoryRoot, 'dist', 'harness', 'cli.js');
    const { exitCode, stdout, stderr } = await attempt(process.execPath, [cli, 'test', 'nic', ...args]);

    t.is(exitCode, 2);
    t.is(stdout, '');
    t.regex(stderr, says);
  });
}
