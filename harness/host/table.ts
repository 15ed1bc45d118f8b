import Table from 'cli-table3';
import stringWidth from 'string-width';

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

/**
 * Columns without any lines, as `ss` prints them; those whose every cell is a number or a fill level are aligned right.
 * Live views print them once a second beside what they watch, so this takes little.
 */
export function formatColumns(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const lines = [head, ...rows];
  const pads = head.map((_, column) => {
    const cells = lines.map((line) => line[column] ?? '');
    const widest = Math.max(...cells.map((cell) => stringWidth(cell)));
    const isNumeric = rows.length > 0 && cells.slice(1).every((cell) => /^[\d.~?-][\d.]*k?(?:\/\d+)?$/.test(cell));
    return (cell: string): string => {
      const space = ' '.repeat(widest - stringWidth(cell));
      return isNumeric ? space + cell : cell + space;
    };
  });
  return lines
    .map((line) =>
      pads
        .map((pad, column) => pad(line[column] ?? ''))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}
