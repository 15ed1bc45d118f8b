import Table from 'cli-table3';

/** A table without lines between its rows; columns with a width wrap at words. */
export function formatTable(
  head: readonly string[],
  rows: readonly (readonly string[])[],
  widths: readonly (number | null)[] = [],
): string {
  const table = new Table({
    head: [...head],
    style: { head: [], border: [] },
    chars: { mid: '', 'left-mid': '', 'mid-mid': '', 'right-mid': '' },
    colWidths: [...widths],
    wordWrap: true,
  });
  for (const row of rows) table.push([...row]);
  return table.toString();
}

/** Columns without any lines, as `ss` prints them; those whose every cell is a number or a fill level are aligned right. */
export function formatColumns(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const isNumeric = (column: number): boolean =>
    rows.length > 0 && rows.every((row) => /^[\d.~?-][\d.]*k?(?:\/\d+)?$/.test(row[column] ?? ''));
  const none = Object.fromEntries(sides.map((side) => [side, '']));
  const table = new Table({
    head: [...head],
    style: { head: [], border: [], 'padding-left': 0, 'padding-right': 0 },
    chars: { ...none, middle: '  ' },
    colAligns: head.map((_, column) => (isNumeric(column) ? 'right' : 'left')),
  });
  for (const row of rows) table.push([...row]);
  return table.toString().replace(/ +$/gm, '');
}

const sides = [
  ...['top', 'top-mid', 'top-left', 'top-right', 'bottom', 'bottom-mid', 'bottom-left', 'bottom-right'],
  ...['left', 'left-mid', 'mid', 'mid-mid', 'right', 'right-mid'],
];
