import { gitOutput } from '../kernel/git.js';

/** The lines that the series adds to the source, by file. */
export async function addedLines(repository: string, base: string, tip: string): Promise<Map<string, Set<number>>> {
  const text = await gitOutput(repository, [
    'diff',
    '--unified=0',
    '--no-color',
    base,
    tip,
    '--',
    'net/xdp',
    'include/net',
  ]);
  return parseAdded(text);
}

/** Of a diff without context. */
export function parseAdded(diff: string): Map<string, Set<number>> {
  const added = new Map<string, Set<number>>();
  let current = new Set<number>();
  for (const line of diff.split('\n')) {
    const file = /^\+\+\+ b\/(.*)$/.exec(line)?.[1];
    if (file !== undefined) added.set(file, (current = new Set()));
    const [, start, count = '1'] = /^@@ -\S+ \+(\d+)(?:,(\d+))? @@/.exec(line) ?? [];
    for (let each = 0; start !== undefined && each < Number(count); each++) current.add(Number(start) + each);
  }
  return added;
}
