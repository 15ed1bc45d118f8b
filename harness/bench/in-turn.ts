export interface InTurnOptions {
  readonly repetitions: number;
  readonly onProgress?: (done: number, total: number) => void;
}

/** Measures each case once, then each once again, so that what else happens meanwhile meets all of them. */
export async function measureInTurn<Case, Sample>(
  cases: readonly Case[],
  { repetitions, onProgress = () => undefined }: InTurnOptions,
  measure: (each: Case) => Promise<Sample>,
): Promise<ReadonlyMap<Case, readonly Sample[]>> {
  const samples = new Map<Case, Sample[]>(cases.map((each) => [each, []]));
  const total = repetitions * cases.length;
  for (let done = 0; done < total; done++) {
    const each = cases[done % cases.length] as Case;
    samples.get(each)?.push(await measure(each));
    onProgress(done + 1, total);
  }
  return samples;
}
