import { rollup } from 'd3-array';
import { FlashError } from '../errors.js';
import type { Outcome, SuiteResult } from './suite.js';

/** Where the table of what every model gave is, from the root of the repository. */
export const tableFile = 'docs/nics.md';

/** What stands above and below the table of a document, each on a line of its own. */
const [begin, end] = ['<!-- table -->', '<!-- end of table -->'];
const neverSet = '-';

export interface Layout {
  readonly rows: readonly string[];
  readonly columns: readonly string[];
}

export interface Cell {
  readonly row: string;
  readonly column: string;
  readonly text: string;
}

/** The document with some cells of its table set; the other cells and the text around the table stay as they are. */
export function setCells(document: string, { rows, columns }: Layout, changes: readonly Cell[]): string {
  const [from, to] = [document.indexOf(begin) + begin.length, document.indexOf(end)];
  if (from < begin.length || to < from) {
    throw new FlashError('infrastructure', `${tableFile} has no table between the lines ${begin} and ${end}`, {
      advice: 'put both lines where the table shall be',
    });
  }
  const cells = [...parse(document.slice(from, to)), ...changes];
  const textOf = (row: string, column: string): string =>
    cells.findLast((cell) => cell.row === row && cell.column === column)?.text ?? neverSet;
  const lines = format([
    ['', ...columns],
    ...rows.map((row) => [row, ...columns.map((column) => textOf(row, column))]),
  ]);
  return `${document.slice(0, from)}\n\n${lines}\n\n${document.slice(to)}`;
}

function parse(table: string): Cell[] {
  const [head = [], , ...body] = table
    .split('\n')
    .filter((line) => line.startsWith('|'))
    .map((line) =>
      line
        .split('|')
        .slice(1, -1)
        .map((text) => text.trim()),
    );
  return body.flatMap(([row = '', ...texts]) => texts.map((text, at) => ({ row, column: head[at + 1] ?? '', text })));
}

function format(lines: readonly (readonly string[])[]): string {
  const [head = []] = lines;
  const widths = head.map((_, at) => Math.max(...lines.map((line) => line[at]?.length ?? 0)));
  const [first, ...others] = lines.map(
    (line) => `| ${line.map((text, at) => text.padEnd(widths[at] ?? 0)).join(' | ')} |`,
  );
  return [first, `|${widths.map((width) => '-'.repeat(width + 2)).join('|')}|`, ...others].join('\n');
}

const shown: readonly Outcome[] = ['passed', 'failed', 'skipped', 'error'];

/** What a run gave, as a cell says it. */
export function cellText({ tests, figure }: SuiteResult): string {
  const counts = rollup(
    tests,
    ({ length }) => length,
    ({ outcome }) => outcome,
  );
  if (figure !== undefined && counts.size === 1 && counts.has('passed')) return figure;
  const told = shown.filter((outcome) => counts.has(outcome)).map((outcome) => `${counts.get(outcome)} ${outcome}`);
  return told.join(', ') || 'no tests';
}
