import { basename } from 'node:path';
import type { SeriesLine } from './series.js';

/**
 * The series file for a new list of patches. The comments and blank lines above a patch stay above
 * it, known by its name without the number; those above one that is gone go to the next that stays.
 */
export function rewriteSeries(old: readonly SeriesLine[], files: readonly string[]): string {
  const kept = new Set(files.map(slugOf));
  const textAbove = new Map<string, readonly string[]>();
  let pending: string[] = [];
  for (const line of old) {
    if (line.kind === 'text') pending.push(line.text);
    else if (kept.has(slugOf(line.file))) {
      textAbove.set(slugOf(line.file), pending);
      pending = [];
    }
  }
  // A series without patches has only text; it is the heading of what comes first.
  const leading = textAbove.size === 0 ? pending : [];
  const trailing = textAbove.size === 0 ? [] : pending;
  const lines = files.flatMap((file) => [...(textAbove.get(slugOf(file)) ?? []), file]);
  return `${[...leading, ...lines, ...trailing].join('\n')}\n`;
}

export function slugOf(file: string): string {
  return basename(file, '.patch').replace(/^\d{4}-/, '');
}
