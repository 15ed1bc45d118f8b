import { max, median, min } from 'd3-array';
import type { Figure } from './schema.js';

/** What the repetitions of one measurement gave, in their order; null where one gave nothing. */
export function figureOf(values: readonly (number | null)[]): Figure {
  const given = values.filter((value) => value !== null);
  return {
    median: median(given) ?? 0,
    min: min(given) ?? 0,
    max: max(given) ?? 0,
    samples: given.length,
    byRepetition: [...values],
  };
}

/**
 * How one compares with the other: the median of the ratios in each repetition, in which they were
 * measured one soon after the other. A machine that is slower for some minutes is slower for both.
 * Undefined if no repetition has both, or one was not measured.
 */
export function medianRatio(one: Figure | undefined, other: Figure | undefined): number | undefined {
  return median(one?.byRepetition ?? [], (value, repetition) => ratio(value, other?.byRepetition[repetition]));
}

function ratio(one: number | null, other: number | null | undefined): number {
  return one === null || !other ? Number.NaN : one / other;
}

/** A median with the range of its samples. */
export function show({ median, min, max }: Figure, factor = 1): string {
  const text = (value: number): string =>
    new Intl.NumberFormat('en', { maximumSignificantDigits: 4 }).format(value * factor);
  return min === max ? text(median) : `${text(median)} (${text(min)} to ${text(max)})`;
}
