import type { KernelLine } from './splat.js';

/** A result of a KTAP report: of a test, or of a suite, whose tests have been told before. */
export interface KtapOutcome {
  readonly ok: boolean;
  /** In how many lists the one is that it belongs to. */
  readonly depth: number;
  /** The subtests that it is in, from the outermost. */
  readonly within: readonly string[];
  readonly description: string;
  /** What follows a # after the description: a word in capitals, and why. */
  readonly directive: { readonly word: string; readonly reason: string } | undefined;
  readonly isSuite: boolean;
  /** The diagnostic lines since the result before it. */
  readonly diagnostics: readonly string[];
  /** From the line of the report before it. */
  readonly seconds: number;
}

export interface WalkedKtap {
  /** The report itself, without what else was said meanwhile. */
  readonly lines: readonly string[];
  /** Why it cannot be trusted: a missing plan, fewer results than planned. */
  readonly problems: readonly string[];
}

interface Level {
  /** How far its lines are indented. */
  readonly column: number;
  planned: number | undefined;
  seen: number;
  /** Whose tests these are. */
  subtest: string | undefined;
}

const version = /^(?:KTAP version 1|TAP version 1[34])$/;
const plan = /^1\.\.(\d+)(?:\s*#\s*SKIP.*)?$/;
const subtest = /^# Subtest: (.*)$/;
const result = /^(not )?ok (\d+)(?: -)? ?(.*)$/;
const directed = /^(.*?) # ([A-Za-z]+)\b ?(.*)$/;

/** Goes through the lines of one or more KTAP reports, and past all others. */
export function walkKtap(
  told: Iterable<KernelLine>,
  onOutcome: (outcome: KtapOutcome, lines: readonly string[]) => void,
): WalkedKtap {
  const lines: string[] = [];
  const problems: string[] = [];
  const levels: Level[] = [];
  let diagnostics: string[] = [];
  let lastSeconds = 0;

  /** Ends all levels from a column on, and tells whether there were any. */
  const closeFrom = (column: number): boolean => {
    const at = levels.findIndex((level) => level.column >= column);
    if (at < 0) return false;
    for (const [offset, level] of levels.splice(at).entries()) problems.push(...shortfall(level, at + offset));
    return true;
  };

  for (const { text, seconds } of told) {
    const [, indent = '', body = ''] = /^( *)(.*)$/.exec(text) ?? [];
    const column = indent.length;
    const level = levels.find((each) => each.column === column);
    const isVersion = version.test(body);
    if (!isVersion && (level === undefined || ![plan, result, /^#/].some((form) => form.test(body)))) continue;
    lines.push(text);
    if (isVersion || level === undefined) {
      closeFrom(column);
      levels.push({ column, planned: undefined, seen: 0, subtest: undefined });
    } else if (plan.test(body)) {
      closeFrom(column + 1);
      level.planned = Number(plan.exec(body)?.[1]);
    } else if (result.test(body)) {
      const isSuite = closeFrom(column + 1);
      level.seen += 1;
      const within = levels.map((each) => each.subtest).filter((name) => name !== undefined);
      const took = seconds - lastSeconds;
      const depth = levels.length - 1;
      onOutcome({ ...readOutcome(body), depth, within, isSuite, diagnostics, seconds: took }, lines);
      diagnostics = [];
    } else if (subtest.test(body)) {
      level.subtest = subtest.exec(body)?.[1];
    } else {
      diagnostics.push(body.replace(/^# ?/, ''));
    }
    lastSeconds = seconds;
  }
  closeFrom(0);
  if (lines.length === 0) problems.push('no KTAP report on the console');
  return { lines, problems };
}

function readOutcome(body: string): Pick<KtapOutcome, 'ok' | 'description' | 'directive'> {
  const [, not, , rest = ''] = result.exec(body) ?? [];
  const [, description = rest, word, reason = ''] = directed.exec(rest) ?? [];
  const directive = word === undefined ? undefined : { word: word.toUpperCase(), reason };
  return { ok: not === undefined, description, directive };
}

/** KUnit prints a plan for the list of suites and for each suite, none for the rows of a table. */
const planlessDepth = 2;

function shortfall({ planned, seen }: Level, depth: number): string[] {
  if (planned === undefined) return depth < planlessDepth ? ['a list of results has no plan'] : [];
  return planned === seen ? [] : [`${planned} results were planned and ${seen} came`];
}
