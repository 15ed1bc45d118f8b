import { readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { FlashError } from '../../errors.js';
import { repositoryRoot } from '../../host/repository.js';

/** A barrier of the series: where its letter counts, and the letter. */
export interface Barrier {
  readonly scope: string;
  readonly letter: string;
}

/** The same test with one barrier less. */
export interface Variant {
  readonly without: Barrier;
  readonly process: string;
  readonly text: string;
}

export interface LitmusTest {
  readonly name: string;
  readonly text: string;
  /** The barriers that what it says depends on. */
  readonly barriers: readonly Barrier[];
  readonly variants: readonly Variant[];
}

const testsDir = join(repositoryRoot, 'harness', 'prove', 'litmus', 'tests');

export function readLitmusTests(): LitmusTest[] {
  return readdirSync(testsDir)
    .filter((file) => file.endsWith('.litmus'))
    .sort()
    .map((file) => parseLitmusTest(basename(file, '.litmus'), readFileSync(join(testsDir, file), 'utf8')));
}

/** Its comment says `barrier: SCOPE LETTER, ...`, and for each of them `without LETTER: PROCESS: OLD => NEW`. */
export function parseLitmusTest(name: string, text: string): LitmusTest {
  const wrong = (what: string): FlashError =>
    new FlashError('infrastructure', `the litmus test ${name} ${what}`, {
      advice: `mend ${join(testsDir, `${name}.litmus`)}`,
    });
  const listed = /^ \* barrier: (.*)$/m.exec(text)?.[1];
  if (listed === undefined) throw wrong('does not say which barriers it is about');
  if (!text.startsWith(`C ${name}\n`)) throw wrong('has another name inside');
  const barriers = listed.split(', ').map((each) => {
    const [scope, letter, ...more] = each.split(' ');
    if (!scope || !letter || more.length > 0) throw wrong(`names no barrier by "${each}"`);
    return { scope, letter };
  });
  const variants = [...text.matchAll(/^ \* without (\S+): (P\d+): (.*) => (.*)$/gm)].map(
    ([, letter = '', process = '', from = '', to = '']) => {
      const without = barriers.find((barrier) => barrier.letter === letter);
      if (without === undefined) throw wrong(`has a variant without ${letter}, which is none of its barriers`);
      const changed = replaceIn(text, process, from, to);
      if (changed === undefined) throw wrong(`has no "${from}" in ${process}`);
      return { without, process, text: changed };
    },
  );
  const untried = barriers.find(({ letter }) => !variants.some(({ without }) => without.letter === letter));
  if (untried !== undefined) throw wrong(`has no variant without ${untried.letter}`);
  return { name, text, barriers, variants };
}

function replaceIn(text: string, process: string, from: string, to: string): string | undefined {
  const begin = text.indexOf(`\n${process}(`);
  const end = text.indexOf('\n}', begin);
  const at = text.indexOf(from, begin);
  return begin < 0 || at < 0 || at >= end ? undefined : text.slice(0, at) + to + text.slice(at + from.length);
}
