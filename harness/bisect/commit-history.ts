import { FlashError } from '../errors.js';
import { attemptGit, findCommit, git } from '../kernel/git.js';
import type { Candidate, History } from './history.js';

/** Two commits of a git tree and what is between them, whatever branches and merges that are. */
export async function commitHistory(tree: string, good: string, bad: string): Promise<History> {
  const [first, last] = [await requireCommit(tree, good), await requireCommit(tree, bad)];
  const isBefore = await attemptGit(tree, ['merge-base', '--is-ancestor', first, last]);
  if (first === last || isBefore.exitCode !== 0) {
    const how = first === last ? 'are the same commit' : `are no history: BAD does not have GOOD`;
    throw new FlashError('usage', `GOOD, ${good}, and BAD, ${bad}, ${how}`, {
      advice: `name as GOOD a commit that BAD is built on; \`git merge-base\` finds one`,
    });
  }
  const between = await readCommits(tree, [`${first}..${last}`]);
  const [origin] = await readCommits(tree, ['--no-walk', first]);
  const candidates = new Map(
    [origin as Listed, ...between].map((commit, position) => [commit.id, { ...commit, position }]),
  );
  const known = (id: string): Candidate => candidates.get(id) as Candidate;
  return {
    unit: 'commit',
    good: known(first),
    bad: known(last),
    async suspects(goods, { id }) {
      const list = await git(tree, ['rev-list', '--bisect-all', id, ...goods.map((each) => `^${each.id}`)]);
      // Git puts what is best tried first, and its distance behind it.
      return list.split('\n').map((line) => known(line.split(' ')[0] ?? ''));
    },
  };
}

type Listed = Omit<Candidate, 'position'>;

/** Oldest first, and none before what it is built on. */
async function readCommits(tree: string, range: readonly string[]): Promise<readonly Listed[]> {
  const log = await git(tree, ['log', '--topo-order', '--reverse', '--format=%H %h %s', ...range]);
  return log.split('\n').map((line) => {
    const [id = '', name = '', ...subject] = line.split(' ');
    return { id, name, subject: subject.join(' ') };
  });
}

async function requireCommit(tree: string, name: string): Promise<string> {
  const commit = await findCommit(tree, name);
  if (commit !== undefined) return commit;
  throw new FlashError('usage', `${tree} has no commit "${name}"`, {
    advice: 'name a commit, tag or branch of that git tree',
  });
}
