import { isHeading } from './postings.js';
import { slugOf, type SeriesLine } from './series.js';

/** What the old series file has above its patches, which are known by their names without the number. */
interface Texts {
  /** What is said of the whole series, above the first posting. */
  readonly top: readonly string[];
  /** The heading of the posting each patch is in, with the text around it. */
  readonly openings: ReadonlyMap<string, readonly string[]>;
  /** Comments and blank lines above a patch that begins no posting. */
  readonly above: ReadonlyMap<string, readonly string[]>;
  readonly bottom: readonly string[];
}

/**
 * The series file for a new list of patches. A heading stays above the first patch of its posting,
 * and a new patch joins the posting of the one before it. Other text stays above its patch; that
 * above one that is gone goes to the next that stays.
 */
export function rewriteSeries(old: readonly SeriesLine[], files: readonly string[]): string {
  const { top, openings, above, bottom } = readTexts(old, new Set(files.map(slugOf)));
  const lines = [...top];
  const opened = new Set<readonly string[]>();
  for (const [index, file] of files.entries()) {
    const opening = openings.get(slugOf(file)) ?? (index === 0 ? [...openings.values()][0] : undefined);
    if (opening !== undefined && !opened.has(opening)) {
      if (lines.length > 0 && lines.at(-1) !== '') lines.push('');
      lines.push(...opening);
      opened.add(opening);
    }
    lines.push(...(above.get(slugOf(file)) ?? []), file);
  }
  return `${[...lines, ...bottom].join('\n')}\n`;
}

function readTexts(old: readonly SeriesLine[], kept: ReadonlySet<string>): Texts {
  const openings = new Map<string, readonly string[]>();
  const above = new Map<string, readonly string[]>();
  const first = old.findIndex((line) => line.kind === 'patch' || isHeading(line.text));
  const begin = old[first]?.kind === 'text' ? first : 0;
  const top = trimBlank(textsOf(old.slice(0, begin)));
  let pending: string[] = [];
  let opening: readonly string[] | undefined;
  for (const line of old.slice(begin)) {
    if (line.kind === 'text') pending.push(line.text);
    else if (kept.has(slugOf(line.file))) {
      if (pending.some(isHeading)) opening = trimBlank(pending);
      else above.set(slugOf(line.file), pending);
      if (opening !== undefined) openings.set(slugOf(line.file), opening);
      pending = [];
    }
  }
  // A series without patches has only text; it is the heading of what comes first.
  return openings.size + above.size === 0
    ? { top: textsOf(old), openings, above, bottom: [] }
    : { top, openings, above, bottom: pending };
}

function textsOf(lines: readonly SeriesLine[]): readonly string[] {
  return lines.flatMap((line) => (line.kind === 'text' ? [line.text] : []));
}

function trimBlank(lines: readonly string[]): readonly string[] {
  const [first, last] = [lines.findIndex((line) => line !== ''), lines.findLastIndex((line) => line !== '')];
  return lines.slice(Math.max(first, 0), last + 1);
}
