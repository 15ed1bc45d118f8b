import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { FlashError } from '../../errors.js';
import type { Barrier, LitmusTest } from './litmus-test.js';

/** Which files share an alphabet. */
const scopes: Readonly<Record<string, string>> = {
  'xsk_queue.h': 'ring',
  'xsk_queue_shared.h': 'ring',
  'xsk_carry.c': 'carry',
  'xsk_room.c': 'carry',
};

/** In a diagram or a text, `(A)`; at a site, as the first word of a comment, `A` or `A, and B`. */
const letters = /\(([A-Z])\)|\/\* ([A-Z])(?:, and ([A-Z]))?(?=[,:;]| \*\/)/g;

/** The lettered barriers of a tree with the series applied. */
export function findBarriers(xdpDir: string): Barrier[] {
  const found = new Map<string, Barrier>();
  for (const file of readdirSync(xdpDir).filter((name) => /\.[ch]$/.test(name))) {
    for (const letter of lettersOf(readFileSync(join(xdpDir, file), 'utf8'))) {
      const scope = scopes[file];
      if (scope === undefined) {
        throw new FlashError('infrastructure', `${file} has a barrier (${letter}) of no known alphabet`, {
          advice: 'name the file among the scopes in harness/prove/litmus/letters.ts',
        });
      }
      found.set(`${scope} ${letter}`, { scope, letter });
    }
  }
  return [...found.values()].sort((a, b) => `${a.scope} ${a.letter}`.localeCompare(`${b.scope} ${b.letter}`));
}

export function lettersOf(text: string): string[] {
  const found = [...text.matchAll(letters)].flatMap(([, ...groups]) => groups.filter((group) => group !== undefined));
  return [...new Set(found)].sort();
}

/** Those that no test is about. */
export function untested(barriers: readonly Barrier[], tests: readonly LitmusTest[]): Barrier[] {
  const tested = new Set(tests.flatMap((test) => test.barriers.map(({ scope, letter }) => `${scope} ${letter}`)));
  return barriers.filter(({ scope, letter }) => !tested.has(`${scope} ${letter}`));
}
