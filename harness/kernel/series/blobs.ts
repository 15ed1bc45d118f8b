import { attemptGit, gitOutput } from '../git.js';

/**
 * Copies to a repository what a patch was made of, from others that have it: a merge of three sides needs the third one.
 * As copies, so that the others may go.
 */
export async function bringBlobs(tree: string, others: readonly string[], patch: string): Promise<void> {
  const ids = [...patch.matchAll(/^index ([\da-f]+)\.\.[\da-f]+/gm)].map((match) => match[1] as string);
  for (const id of new Set(ids)) {
    if (/^0+$/.test(id) || (await has(tree, id))) continue;
    for (const other of others) {
      if (!(await has(other, id))) continue;
      const input = await gitOutput(other, ['cat-file', 'blob', id]);
      await gitOutput(tree, ['hash-object', '-w', '--stdin'], { input });
      break;
    }
  }
}

async function has(repository: string, id: string): Promise<boolean> {
  return (await attemptGit(repository, ['cat-file', '-e', `${id}^{blob}`])).exitCode === 0;
}
