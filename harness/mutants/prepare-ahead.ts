/**
 * Each item with what is prepared for it, in order. The next one is prepared while this one is worked on, and never
 * more than one at a time. When the caller leaves early, what is being prepared comes to its end first.
 */
export async function* prepareAhead<Item, Prepared>(
  items: readonly Item[],
  prepare: (item: Item) => Promise<Prepared>,
): AsyncGenerator<readonly [Item, Prepared], void, undefined> {
  let ahead: Promise<Prepared> | undefined;
  const begin = (item: Item | undefined): void => {
    ahead = item === undefined ? undefined : prepare(item);
    // What goes wrong is thrown when its turn comes.
    ahead?.catch(() => undefined);
  };
  try {
    begin(items[0]);
    for (const [index, item] of items.entries()) {
      const prepared = await (ahead as Promise<Prepared>);
      begin(items[index + 1]);
      yield [item, prepared];
    }
  } finally {
    await ahead?.catch(() => undefined);
  }
}
