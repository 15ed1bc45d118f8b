import { readFileSync } from 'node:fs';
import { FlashError } from '../../errors.js';
import { isOfDriver, parseSeries, readSeries, seriesPath, type Patch, type SeriesBase } from './series.js';

/** Patches that are mailed together: a heading of the series file and what is below it. */
export interface Posting {
  readonly name: string;
  /** The tree it is meant for; fixes of upstream go to `net`. */
  readonly tree: 'net' | 'net-next';
  readonly title: string;
  readonly patches: readonly Patch[];
}

/** Netdev's own checks refuse more. */
export const maximumPatches = 15;

const heading = /^# posting ([a-z\d][a-z\d-]*)(?: \((net|net-next)\))?: (\S.*)$/;

export function isHeading(text: string): boolean {
  return /^#\s*posting\b/.test(text);
}

/**
 * The postings in order. They hold every patch of the series; anything else is an error. Those of a base lack the
 * patches that it goes without, and the postings that have no others.
 */
export function readPostings(path: string = seriesPath, base?: SeriesBase): readonly Posting[] {
  const patchOf = new Map(readSeries(path, base).map((patch) => [patch.file, patch]));
  const postings: (Posting & { readonly where: string; readonly patches: Patch[]; files: number })[] = [];
  for (const [index, line] of parseSeries(readFileSync(path, 'utf8')).entries()) {
    const where = `${path}:${index + 1}`;
    if (line.kind === 'patch') {
      const current = postings.at(-1);
      if (current === undefined) throw wrong(`${where} has ${line.file} in no posting`, 'put a heading above it');
      current.files += 1;
      const patch = patchOf.get(line.file);
      if (patch !== undefined) current.patches.push(patch);
    } else if (isHeading(line.text)) {
      const [, name = '', tree = 'net-next', title = ''] = heading.exec(line.text) ?? [];
      if (name === '') throw wrong(`${where}: "${line.text}" is no heading`, 'write # posting NAME[ (net)]: Title');
      const isTaken = postings.some((posting) => posting.name === name);
      if (isTaken) throw wrong(`${where}: there is a posting ${name} already`, 'give each a name of its own');
      postings.push({ where, name, tree: tree as Posting['tree'], title, patches: [], files: 0 });
    }
  }
  for (const { where, name, patches, files } of postings) {
    if (files === 0) throw wrong(`${where}: the posting ${name} has no patches`, 'remove its heading');
    if (patches.length > maximumPatches) {
      const limit = `and the netdev list takes ${maximumPatches}`;
      throw wrong(`${where}: the posting ${name} has ${patches.length} patches, ${limit}`, 'divide it');
    }
  }
  return postings
    .filter(({ patches }) => patches.length > 0)
    .map(({ name, tree, title, patches }) => ({ name, tree, title, patches }));
}

/** The patches, by their files, that have drivers redirect: all that are of drivers and no fixes of upstream. */
export function driverRedirectsOf(base: SeriesBase): ReadonlySet<string> {
  const features = readPostings(seriesPath, base).filter(({ tree }) => tree === 'net-next');
  return new Set(features.flatMap(({ patches }) => patches.filter(isOfDriver).map(({ file }) => file)));
}

export function findPosting(postings: readonly Posting[], name: string): Posting {
  const posting = postings.find((candidate) => candidate.name === name);
  if (posting !== undefined) return posting;
  const names = postings.map((other) => other.name).join(', ');
  throw new FlashError('usage', `the series has no posting ${name}`, { advice: `its postings are ${names}` });
}

function wrong(message: string, advice: string): FlashError {
  return new FlashError('seriesDoesNotApply', message, { advice });
}
