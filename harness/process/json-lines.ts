import { cutLines } from './lines.js';

/** The lines of JSON in the output of a program, which may print others between them. */
export interface JsonLines<Result> {
  readonly results: readonly Result[];
  readonly push: (text: string) => void;
  /** The program begins anew. */
  readonly reset: () => void;
}

export function readJsonLines<Result>(onResult?: (result: Result) => void): JsonLines<Result> {
  const results: Result[] = [];
  const lines = cutLines();
  return {
    results,
    push(text) {
      for (const line of lines.push(text).filter((each) => each.startsWith('{'))) {
        const result = JSON.parse(line) as Result;
        results.push(result);
        onResult?.(result);
      }
    },
    reset() {
      lines.reset();
      results.length = 0;
    },
  };
}
