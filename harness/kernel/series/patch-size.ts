import { readFileSync } from 'node:fs';
import type { Patch } from './series.js';

/** Of code, in one patch. */
export const maximumAddedLines = 250;

const testOrDocumentation = /^(?:Documentation|tools\/testing)\/|(?:^|\/)tests?\/|_(?:test|kunit)\.[ch]$/;

/** How many lines of code a patch adds; tests and documentation do not count. */
export function addedLines(patch: Patch): number {
  let counts = false;
  let inHunk = false;
  let added = 0;
  for (const line of readFileSync(patch.path, 'utf8').split('\n')) {
    const file = /^diff --git a\/.+ b\/(.+)$/.exec(line)?.[1];
    if (file !== undefined) [counts, inHunk] = [!testOrDocumentation.test(file), false];
    else if (line.startsWith('@@ ')) inHunk = true;
    else if (counts && inHunk && line.startsWith('+')) added += 1;
  }
  return added;
}

/** What a reviewer would send back; undefined when there is nothing. */
export function tooLong(patch: Patch): string | undefined {
  const added = addedLines(patch);
  return added > maximumAddedLines ? `adds ${added} lines of code, and ${maximumAddedLines} are the most` : undefined;
}
