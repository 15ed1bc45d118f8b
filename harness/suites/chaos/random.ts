/** A small generator with a seed, so that what it chose can be had again. */
export interface Random {
  /** From 0 to below this. */
  readonly below: (limit: number) => number;
  readonly pick: <T>(choices: readonly T[]) => T;
}

export function seededRandom(seed: number): Random {
  let state = seed >>> 0;
  const next = (): number => {
    // Of a linear generator the upper bits are the better ones.
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state >>> 8;
  };
  const below = (limit: number): number => next() % limit;
  return { below, pick: (choices) => choices[below(choices.length)] as (typeof choices)[number] };
}
