import type { Lines } from './count-lines.js';

/** Of one file of the series: the lines with code that it adds. */
export interface FileCoverage {
  readonly file: string;
  readonly lines: number;
  readonly run: number;
  /** Those that did not run, in order. */
  readonly missed: readonly Missed[];
}

export interface Missed {
  readonly number: number;
  readonly fn: string;
}

/** What is only there for tests. */
const ofTests = /_hold\.[ch]$|_test\.c$/;

export function judge(lines: Lines, added: ReadonlyMap<string, ReadonlySet<number>>): readonly FileCoverage[] {
  return [...added]
    .filter(([file]) => !ofTests.test(file) && lines.has(file))
    .map(([file, numbers]) => {
      const code = [...(lines.get(file) ?? [])]
        .filter(([number]) => numbers.has(number))
        .toSorted(([one], [other]) => one - other);
      const missed = code.filter(([, { count }]) => count === 0).map(([number, { fn }]) => ({ number, fn }));
      return { file, lines: code.length, run: code.length - missed.length, missed };
    })
    .filter(({ lines: all }) => all > 0)
    .toSorted((one, other) => one.file.localeCompare(other.file));
}

export const coverageHead: readonly string[] = ['file', 'lines', 'run', '%'];

export function coverageRows(files: readonly FileCoverage[]): string[][] {
  const row = (file: string, lines: number, run: number): string[] => [
    ...[file, String(lines), String(run), ((100 * run) / lines).toFixed(1)],
  ];
  const sum = (of: (file: FileCoverage) => number): number => files.reduce((all, file) => all + of(file), 0);
  return [
    ...files.map(({ file, lines, run }) => row(file, lines, run)),
    ...(files.length === 0
      ? []
      : [
          row(
            'all',
            sum(({ lines }) => lines),
            sum(({ run }) => run),
          ),
        ]),
  ];
}
