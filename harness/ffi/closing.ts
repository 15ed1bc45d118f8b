import { libc } from './libc.js';

/** File descriptors and other things that are given back together, unless who opened them keeps them. */
export interface Closing extends Disposable {
  readonly add: <T extends number | undefined>(fd: T) => T;
  readonly use: <T extends Disposable>(thing: T) => T;
  /** From now on they are the caller's to dispose of. */
  readonly keep: () => Disposable;
}

export function closing(): Closing {
  let held: Disposable[] = [];
  const use = <T extends Disposable>(thing: T): T => {
    held.push(thing);
    return thing;
  };
  const disposeAll = (things: readonly Disposable[]): void => {
    for (const thing of [...things].reverse()) thing[Symbol.dispose]();
  };
  return {
    use,
    add(fd) {
      if (fd !== undefined) use({ [Symbol.dispose]: () => void libc.close(fd) });
      return fd;
    },
    keep() {
      const kept = held.splice(0);
      return {
        [Symbol.dispose]() {
          disposeAll(kept.splice(0));
        },
      };
    },
    [Symbol.dispose]() {
      const things = held;
      held = [];
      disposeAll(things);
    },
  };
}
