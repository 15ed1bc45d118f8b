import { readFileSync } from 'node:fs';
import { FlashError } from '../errors.js';
import type { Patch } from '../kernel/series/series.js';
import type { Candidate, History } from './history.js';

/** A candidate for each patch, with those before it, and one for the base, which has position 0. */
export function seriesCandidates(patches: readonly Patch[]): readonly Candidate[] {
  const base = { id: '0', name: 'base', subject: 'the kernel without the series', position: 0 };
  return [base, ...patches.map((patch, index) => candidateOf(patch, index + 1))];
}

function candidateOf(patch: Patch, position: number): Candidate {
  return { id: String(position), name: shortName(patch.file), subject: subjectOf(patch), position };
}

/** Two patches of a series, by their names. */
export function seriesHistory(patches: readonly Patch[], good: string, bad: string): History {
  const candidates = seriesCandidates(patches);
  const [first, last] = [findCandidate(candidates, good), findCandidate(candidates, bad)];
  if (first.position >= last.position) {
    const how = first === last ? 'are the same patch' : `are in the wrong order: ${last.name} comes first`;
    throw new FlashError('usage', `GOOD, ${first.name}, and BAD, ${last.name}, ${how}`, {
      advice: 'name as GOOD the one that is earlier in kernel/series',
    });
  }
  return {
    unit: 'patch',
    good: first,
    bad: last,
    suspects: (goods, { position: end }) => {
      const begin = Math.max(...goods.map(({ position }) => position));
      const middle = (begin + end) / 2;
      const away = ({ position }: Candidate): number => Math.abs(position - middle);
      return Promise.resolve(candidates.slice(begin + 1, end + 1).sort((a, b) => away(a) - away(b)));
    },
  };
}

/** `base`, `tip`, a position in the series, or how the name of a patch begins, with or without its folder. */
export function findCandidate(candidates: readonly Candidate[], given: string): Candidate {
  const tip = candidates.at(-1) as Candidate;
  if (given === 'tip') return tip;
  if (/^[1-9]\d*$/.test(given)) {
    const candidate = candidates[Number(given)];
    if (candidate !== undefined) return candidate;
    throw new FlashError('usage', `there is no patch ${given}: the series has ${tip.position}`, { advice: naming });
  }
  const name = shortName(given);
  const exact = candidates.find((candidate) => candidate.name === name);
  const begins = candidates.filter((each) => each.name.startsWith(name) || afterFolder(each.name).startsWith(name));
  const [only, ...others] = exact === undefined ? begins : [exact];
  if (only === undefined || name === '') {
    throw new FlashError('usage', `the series has no patch "${given}"`, { advice: naming });
  }
  if (others.length === 0) return only;
  throw new FlashError('usage', `"${given}" may be any of ${[only, ...others].map((each) => each.name).join(', ')}`, {
    advice: naming,
  });
}

const naming = 'name a patch of kernel/series, such as core/0012, or its place in it, or base, or tip';

/** A patch as kernel/series, the shell or the user names it, without what is the same for all. */
function shortName(file: string): string {
  return file.replace(/^(?:\.\.?\/)*(?:kernel\/|drivers-patches\/)?/, '').replace(/\.patch$/, '');
}

function afterFolder(name: string): string {
  return name.slice(name.indexOf('/') + 1);
}

function subjectOf({ path }: Patch): string {
  const [, subject = ''] = /^Subject: (?:\[PATCH[^\]]*\] )?(.*(?:\n .*)*)$/m.exec(readFileSync(path, 'utf8')) ?? [];
  return subject.replace(/\n /g, ' ');
}
