import { join } from 'node:path';
import { attempt } from '../process/run.js';
import type { Finding } from './finding.js';
import { repositoryRoot } from './repository.js';

/** What of the distribution is missing, and whether this user could install it: ci/bootstrap.sh knows. */
export async function inspectPackages(): Promise<readonly Finding[]> {
  const { exitCode, stdout, stderr } = await attempt(join(repositoryRoot, 'ci', 'bootstrap.sh'), ['check']);
  if (exitCode !== 0)
    return [{ what: 'packages', state: 'missing', found: 'they cannot be listed', advice: stderr.trim() }];
  return describePackages(stdout);
}

/** The two lines of the check: the missing packages, and how this user becomes root. */
export function describePackages(check: string): readonly Finding[] {
  const [missing = '', root = ''] = check.split('\n');
  const isRoot = !root.includes('not root');
  const rootFinding: Finding = isRoot
    ? { what: 'root', state: 'ok', found: root }
    : {
        what: 'root',
        state: 'optional',
        found: root,
        advice: 'only missing packages need root; network namespaces are made in guests',
      };
  if (missing === '') return [{ what: 'packages', state: 'ok', found: 'none is missing' }, rootFinding];
  const advice = isRoot
    ? 'ci/bootstrap.sh installs them'
    : `as root: apt-get install -y --no-install-recommends ${missing}`;
  return [{ what: 'packages', state: 'missing', found: `without ${missing}`, advice }, rootFinding];
}
