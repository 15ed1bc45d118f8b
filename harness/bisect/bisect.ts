import { FlashError } from '../errors.js';
import { startClock } from '../host/duration.js';
import type { Candidate, History } from './history.js';

export type Verdict =
  | { readonly kind: 'good' }
  /** @param by the test that failed, or how the kernel gave itself away. @param run in which of the runs. */
  | { readonly kind: 'bad'; readonly by: string; readonly run: number }
  /** It cannot be tested. */
  | { readonly kind: 'skipped'; readonly reason: string };

export interface Trial {
  readonly candidate: Candidate;
  readonly verdict: Verdict;
  readonly seconds: number;
}

export type BisectEvent =
  | { readonly kind: 'begin'; readonly candidate: Candidate }
  | { readonly kind: 'end'; readonly trial: Trial }
  /** @param suspects how many may be the first bad one. @param steps about how many more are tried. */
  | { readonly kind: 'left'; readonly suspects: number; readonly steps: number };

export interface BisectOptions {
  readonly history: History;
  /** Builds and tests a candidate. */
  readonly judge: (candidate: Candidate) => Promise<Verdict>;
  readonly onEvent: (event: BisectEvent) => void;
}

/** The first bad one, or those it is among, the later of which could not be tested or are known to be bad. */
export type Found = readonly [Candidate, ...Candidate[]];

/** Makes sure that GOOD is good and BAD is bad, and halves what is between them until one is left. */
export async function bisect({ history, judge, onEvent }: BisectOptions): Promise<Found> {
  const attempt = async (candidate: Candidate): Promise<Verdict> => {
    onEvent({ kind: 'begin', candidate });
    const elapsed = startClock();
    const verdict = await judge(candidate);
    onEvent({ kind: 'end', trial: { candidate, verdict, seconds: elapsed() } });
    return verdict;
  };
  requireKind('GOOD', 'good', history.good, await attempt(history.good));
  requireKind('BAD', 'bad', history.bad, await attempt(history.bad));

  const good = [history.good];
  const skipped = new Set<string>();
  let { bad } = history;
  for (;;) {
    const suspects = await history.suspects(good, bad);
    const next = suspects.find(({ id }) => id !== bad.id && !skipped.has(id));
    if (next === undefined) return inOrder(suspects, bad);
    onEvent({ kind: 'left', suspects: suspects.length, steps: Math.ceil(Math.log2(suspects.length)) });
    const { kind } = await attempt(next);
    if (kind === 'good') good.push(next);
    else if (kind === 'bad') bad = next;
    else skipped.add(next.id);
  }
}

function inOrder(suspects: readonly Candidate[], bad: Candidate): Found {
  const [first = bad, ...others] = [...suspects].sort((a, b) => a.position - b.position);
  return [first, ...others];
}

function requireKind(role: 'GOOD' | 'BAD', wanted: 'good' | 'bad', candidate: Candidate, verdict: Verdict): void {
  if (verdict.kind === wanted) return;
  const who = `${role}, ${candidate.name},`;
  switch (verdict.kind) {
    case 'good':
      throw new FlashError('usage', `${who} passes, so there is nothing to look for before it`, {
        advice: 'name a later one, or give --runs N if the test does not always fail',
      });
    case 'bad':
      throw new FlashError('usage', `${who} fails already: ${verdict.by}`, {
        advice: 'name an earlier one that passes; a test of something that a later patch adds cannot pass',
      });
    case 'skipped':
      throw new FlashError('usage', `${who} cannot be tested: ${verdict.reason}`, {
        advice: 'name one that builds',
      });
  }
}
