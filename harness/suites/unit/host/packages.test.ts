import test from 'ava';
import type { Finding } from '../../../host/finding.js';
import { describePackages } from '../../../host/packages.js';

type Expected = readonly [state: Finding['state'], advice: RegExp | undefined];

const noRoot = 'this is not root, and sudo is not installed';

for (const { title, check, packages, root } of [
  { title: 'all packages and root', check: '\nthis is root\n', packages: ['ok', undefined], root: ['ok', undefined] },
  {
    title: 'all packages and no root',
    check: `\n${noRoot}\n`,
    packages: ['ok', undefined],
    root: ['optional', /^only missing packages need root/],
  },
  {
    title: 'missing packages and sudo',
    check: 'bc flex\nsudo\n',
    packages: ['missing', /^ci\/bootstrap.sh installs/],
    root: ['ok', undefined],
  },
  {
    title: 'missing packages and no root',
    check: `bc flex\n${noRoot}\n`,
    packages: ['missing', /^as root: apt-get install .* bc flex$/],
    root: ['optional', /^only missing/],
  },
] satisfies readonly { title: string; check: string; packages: Expected; root: Expected }[]) {
  test(`doctor describes a machine with ${title}`, (t) => {
    const findings = describePackages(check);

    for (const [index, [state, advice]] of [packages, root].entries()) {
      t.is(findings[index]?.state, state);
      if (advice === undefined) t.is(findings[index]?.advice, undefined);
      else t.regex(findings[index]?.advice ?? '', advice);
    }
  });
}
