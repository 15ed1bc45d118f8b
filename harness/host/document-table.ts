import { readFileSync } from 'node:fs';
import { FlashError } from '../errors.js';
import { writeWhole } from './durable-file.js';

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

/** Sets some cells of the table in a document; the others and the text around the table stay as they are. */
export function writeCells(path: string, layout: Layout, changes: readonly Cell[]): void {
  writeWhole(path, setCells(readFileSync(path, 'utf8'), layout, changes, path));
}

/** The same with its text. */
export function setCells(
  document: string,
  { rows, columns }: Layout,
  changes: readonly Cell[],
  path = 'the document',
): string {
  const [from, to] = [document.indexOf(begin) + begin.length, document.indexOf(end)];
  if (from < begin.length || to < from) {
    throw new FlashError('infrastructure', `${path} has no table between the lines ${begin} and ${end}`, {
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
