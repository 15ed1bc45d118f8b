/** The lines of JSON in the output of a program, which may print others between them. */
export interface JsonLines<Result> {
  readonly results: readonly Result[];
  readonly push: (text: string) => void;
  /** The program begins anew. */
  readonly reset: () => void;
}

export function readJsonLines<Result>(onResult?: (result: Result) => void): JsonLines<Result> {
  const results: Result[] = [];
  let rest = '';
  return {
    results,
    push(text) {
      const lines = (rest + text).split('\n');
      rest = lines.pop() ?? '';
      for (const line of lines.filter((each) => each.startsWith('{'))) {
        const result = JSON.parse(line) as Result;
        results.push(result);
        onResult?.(result);
      }
    },
    reset() {
      rest = '';
      results.length = 0;
    },
  };
}
