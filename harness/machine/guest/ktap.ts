import { parseKernelLine } from './splat.js';

export interface KtapTest {
  /** As KUnit's filters name it: suite and test, and the row of a table. */
  readonly title: string;
  readonly outcome: 'passed' | 'failed' | 'skipped';
  /** The reason of a skip, and what the report said up to a failure. */
  readonly detail?: string;
  /** From the line of the report before it, by the clock of the kernel. */
  readonly seconds: number;
}

export interface KtapResult {
  /** Test cases, not suites. */
  readonly tests: readonly KtapTest[];
  /** The report itself, without time stamps and without what else the kernel said meanwhile. */
  readonly lines: readonly string[];
  /** Why the report cannot be trusted: a missing plan, fewer results than planned. */
  readonly problems: readonly string[];
}

interface Level {
  planned: number | undefined;
  seen: number;
  /** Whose tests these are. */
  subtest: string | undefined;
}

const version = /^KTAP version 1$/;
const plan = /^1\.\.(\d+)(?:\s*#\s*SKIP.*)?$/;
const subtest = /^# Subtest: (.*)$/;
const result = /^(not )?ok (\d+)(?: -)? ?(.*)$/;
const skip = / # SKIP\b ?(.*)$/i;

/** Reads the KTAP report that KUnit prints while the kernel boots. */
export function parseKtap(consoleText: string): KtapResult {
  const lines: string[] = [];
  const problems: string[] = [];
  const levels: Level[] = [];
  const tests: KtapTest[] = [];
  let lastSeconds = 0;

  const closeDeeperThan = (depth: number): boolean => {
    const deeper = levels.splice(depth + 1);
    for (const [offset, level] of deeper.entries()) problems.push(...shortfall(level, depth + 1 + offset));
    return deeper.length > 0;
  };

  for (const line of consoleText.split('\n')) {
    const kernelLine = parseKernelLine(line);
    if (kernelLine === undefined) continue;
    const { text, seconds } = kernelLine;
    const [, indent = '', body = ''] = /^( *)(.*)$/.exec(text) ?? [];
    const depth = indent.length / 4;
    if (!Number.isInteger(depth)) continue;

    if (version.test(body)) {
      closeDeeperThan(depth - 1);
      levels[depth] = { planned: undefined, seen: 0, subtest: undefined };
    } else if (levels[depth] === undefined) {
      continue;
    } else if (plan.test(body)) {
      closeDeeperThan(depth);
      levels[depth].planned = Number(plan.exec(body)?.[1]);
    } else if (result.test(body)) {
      const [, not, , description = ''] = result.exec(body) ?? [];
      const isSuite = closeDeeperThan(depth);
      levels[depth].seen += 1;
      if (!isSuite) {
        const read = readResult(not !== undefined, description, levels, [...lines, text]);
        tests.push({ ...read, seconds: seconds - lastSeconds });
      }
    } else if (subtest.test(body)) {
      levels[depth].subtest = subtest.exec(body)?.[1];
    } else if (!body.startsWith('#')) {
      continue;
    }
    lines.push(text);
    lastSeconds = seconds;
  }

  if (levels.length === 0) problems.push('no KTAP report on the console');
  closeDeeperThan(-1);
  return { tests, lines, problems };
}

const detailLines = 12;

function readResult(
  failed: boolean,
  description: string,
  levels: readonly Level[],
  lines: readonly string[],
): Omit<KtapTest, 'seconds'> {
  const [, reason] = skip.exec(description) ?? [];
  const names = [...levels.map((level) => level.subtest), description.replace(/ # .*$/, '')];
  const title = names.filter((name) => name !== undefined).join('.');
  if (failed) return { title, outcome: 'failed', detail: lines.slice(-detailLines).join('\n') };
  return reason === undefined ? { title, outcome: 'passed' } : { title, outcome: 'skipped', detail: reason };
}

/** KUnit prints a plan for the list of suites and for each suite, none for the rows of a table. */
const planlessDepth = 2;

function shortfall({ planned, seen }: Level, depth: number): string[] {
  if (planned === undefined) return depth < planlessDepth ? ['a list of results has no plan'] : [];
  return planned === seen ? [] : [`${planned} results were planned and ${seen} came`];
}
