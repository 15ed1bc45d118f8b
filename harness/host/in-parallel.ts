import { availableParallelism } from 'node:os';

/**
 * Does work for items in order, so many at a time; unless told, as many as there are processors, for work that takes one
 * each. The results have the order of the items. Once some work has failed none is begun; what had been begun comes to
 * its end before that is thrown.
 */
export async function inParallel<T, R>(
  items: readonly T[],
  work: (item: T) => Promise<R>,
  atOnce = availableParallelism(),
): Promise<R[]> {
  const results: R[] = [];
  const failures: unknown[] = [];
  const left = items.entries();
  const takeNext = async (): Promise<void> => {
    for (const [index, item] of left) {
      if (failures.length > 0) return;
      try {
        results[index] = await work(item);
      } catch (error) {
        failures.push(error);
      }
    }
  };
  await Promise.all(Array.from({ length: atOnce }, takeNext));
  if (failures.length > 0) throw failures[0];
  return results;
}
