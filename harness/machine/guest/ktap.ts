import { parseKernelLine } from './splat.js';

export interface KtapResult {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
  /** The report itself, without time stamps and without what else the kernel said meanwhile. */
  readonly lines: readonly string[];
  /** Why the report cannot be trusted: a missing plan, fewer results than planned. */
  readonly problems: readonly string[];
}

interface Level {
  planned: number | undefined;
  seen: number;
}

const version = /^KTAP version 1$/;
const plan = /^1\.\.(\d+)(?:\s*#\s*SKIP.*)?$/;
const result = /^(not )?ok (\d+)(?: -)? ?(.*)$/;

/**
 * Reads the KTAP report that KUnit prints while the kernel boots. Counts test cases, not suites.
 */
export function parseKtap(consoleText: string): KtapResult {
  const lines: string[] = [];
  const problems: string[] = [];
  const levels: Level[] = [];
  const counts = { passed: 0, failed: 0, skipped: 0 };

  const closeDeeperThan = (depth: number): boolean => {
    const deeper = levels.splice(depth + 1);
    for (const [offset, level] of deeper.entries()) problems.push(...shortfall(level, depth + 1 + offset));
    return deeper.length > 0;
  };

  for (const line of consoleText.split('\n')) {
    const text = parseKernelLine(line)?.text;
    if (text === undefined) continue;
    const [, indent = '', body = ''] = /^( *)(.*)$/.exec(text) ?? [];
    const depth = indent.length / 4;
    if (!Number.isInteger(depth)) continue;

    if (version.test(body)) {
      closeDeeperThan(depth - 1);
      levels[depth] = { planned: undefined, seen: 0 };
    } else if (levels[depth] === undefined) {
      continue;
    } else if (plan.test(body)) {
      closeDeeperThan(depth);
      levels[depth].planned = Number(plan.exec(body)?.[1]);
    } else if (result.test(body)) {
      const [, not, , description = ''] = result.exec(body) ?? [];
      const isSuite = closeDeeperThan(depth);
      levels[depth].seen += 1;
      if (!isSuite) counts[not ? 'failed' : / # SKIP\b/i.test(description) ? 'skipped' : 'passed'] += 1;
    } else if (!body.startsWith('#')) {
      continue;
    }
    lines.push(text);
  }

  if (levels.length === 0) problems.push('no KTAP report on the console');
  closeDeeperThan(-1);
  return { ...counts, lines, problems };
}

/** KUnit prints a plan for the list of suites and for each suite, none for the rows of a table. */
const planlessDepth = 2;

function shortfall({ planned, seen }: Level, depth: number): string[] {
  if (planned === undefined) return depth < planlessDepth ? ['a list of results has no plan'] : [];
  return planned === seen ? [] : [`${planned} results were planned and ${seen} came`];
}
