import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { FlashError } from '../../errors.js';
import type { Base } from '../source/base.js';
import { ownPath, readSeries, seriesPath, slugOf, type Patch } from './series.js';

/** The bases that are compared: the first has what is looked from. */
export type Pair = readonly [Base, Base];

/** One patch on two bases, in lines that it adds or removes. */
export interface Compared {
  readonly file: string;
  readonly kind: 'shared' | 'apart' | 'missing';
  readonly common: number;
  /** Of each base alone. */
  readonly only: readonly [number, number];
  /** As the base files say; of those that differ in nothing but what is around the change, that too. */
  readonly why: string;
}

/** Every patch of the series on two bases. */
export function compareBases(pair: Pair, path: string = seriesPath): readonly Compared[] {
  return readSeries(path).map((patch) => comparePatch(pair, patch, path));
}

function comparePatch(pair: Pair, { file }: Patch, path: string): Compared {
  const slug = slugOf(file);
  const texts = pair.map((base) => textFor(base, file, path));
  const changes = texts.map((text) => (text === undefined ? [] : changedLines(text)));
  const [first = [], second = []] = changes;
  const why = [...new Set(pair.flatMap(({ apart, without }) => [apart[slug] ?? [], without[slug] ?? []].flat()))].join(
    '; ',
  );
  if (texts.includes(undefined)) return { file, kind: 'missing', common: 0, only: [first.length, second.length], why };
  const common = texts[0] === texts[1] ? first.length : commonLength(first, second);
  const only = [first.length - common, second.length - common] as const;
  return { file, kind: texts[0] === texts[1] ? 'shared' : 'apart', common, only, why };
}

/** The text of a patch for a base; undefined if it goes without. */
function textFor(base: Base, file: string, path: string): string | undefined {
  if (slugOf(file) in base.without) return undefined;
  const own = ownPath(path, base, file);
  return readFileSync(existsSync(own) ? own : join(dirname(path), file), 'utf8');
}

/** What a patch does, without what is around it and where that is. */
export function changedLines(patch: string): readonly string[] {
  let inHunk = false;
  return patch.split('\n').filter((line) => {
    if (line.startsWith('diff --git ')) inHunk = false;
    if (line.startsWith('@@ ')) inHunk = true;
    return inHunk && /^[-+]/.test(line);
  });
}

/** The length of the longest common subsequence. */
function commonLength(left: readonly string[], right: readonly string[]): number {
  let row = new Array<number>(right.length + 1).fill(0);
  for (const line of left) {
    const next = [0];
    for (const [index, other] of right.entries()) {
      const same = (row[index] ?? 0) + 1;
      next.push(line === other ? same : Math.max(row[index + 1] ?? 0, next[index] ?? 0));
    }
    row = next;
  }
  return row.at(-1) ?? 0;
}

export interface Totals {
  readonly patches: Readonly<Record<Compared['kind'], number>>;
  /** Patches with texts of their own that change the same lines. */
  readonly sameChange: number;
  readonly sharedLines: number;
  /** Of patches that have texts of their own. */
  readonly commonLines: number;
  readonly only: readonly [number, number];
}

export function totalsOf(compared: readonly Compared[]): Totals {
  const of = (kind: Compared['kind']): readonly Compared[] => compared.filter((each) => each.kind === kind);
  const sum = (numbers: readonly number[]): number => numbers.reduce((all, one) => all + one, 0);
  const differing = compared.filter(({ kind }) => kind !== 'shared');
  return {
    patches: { shared: of('shared').length, apart: of('apart').length, missing: of('missing').length },
    sameChange: of('apart').filter(({ only }) => sum(only) === 0).length,
    sharedLines: sum(of('shared').map(({ common }) => common)),
    commonLines: sum(of('apart').map(({ common }) => common)),
    only: [sum(differing.map(({ only }) => only[0])), sum(differing.map(({ only }) => only[1]))],
  };
}

/** The texts of one patch on two bases, without what differs everywhere: numbers of lines and of objects. */
export function textsOf(pair: Pair, name: string, path: string = seriesPath): readonly [string, string] {
  const matching = readSeries(path).filter(({ file }) => file.includes(name));
  const [patch] = matching;
  if (patch === undefined || matching.length > 1) {
    throw new FlashError('usage', `${name} is the name of ${matching.length} patches`, {
      advice: 'give a part of its name that no other has, such as core/0014',
    });
  }
  const [first, second] = pair.map((base) => withoutNumbers(textFor(base, patch.file, path) ?? ''));
  return [first ?? '', second ?? ''];
}

function withoutNumbers(patch: string): string {
  return patch
    .split('\n')
    .filter((line) => !line.startsWith('index '))
    .map((line) => line.replace(/^@@ -\S+ \+\S+ @@/, '@@ @@'))
    .join('\n');
}
