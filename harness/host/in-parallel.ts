import { availableParallelism } from 'node:os';

/** Does work that takes a processor each: as many at a time as there are, in order. The results have the order of the items. */
export async function inParallel<T, R>(items: readonly T[], work: (item: T) => Promise<R>): Promise<R[]> {
  const results: R[] = [];
  const left = items.entries();
  const takeNext = async (): Promise<void> => {
    for (const [index, item] of left) results[index] = await work(item);
  };
  await Promise.all(Array.from({ length: availableParallelism() }, takeNext));
  return results;
}
