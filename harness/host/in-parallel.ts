import { availableParallelism } from 'node:os';

/**
 * Does work for items in order, so many at a time; unless told, as many as there are processors, for work that takes one
 * each. The results have the order of the items.
 */
export async function inParallel<T, R>(
  items: readonly T[],
  work: (item: T) => Promise<R>,
  atOnce = availableParallelism(),
): Promise<R[]> {
  const results: R[] = [];
  const left = items.entries();
  const takeNext = async (): Promise<void> => {
    for (const [index, item] of left) results[index] = await work(item);
  };
  await Promise.all(Array.from({ length: atOnce }, takeNext));
  return results;
}
