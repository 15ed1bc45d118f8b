/** Cuts a text that comes in pieces into its lines. */
export interface Lines {
  /** The lines that end in this piece. */
  readonly push: (text: string) => string[];
  /** Forgets a line that has only begun. */
  readonly reset: () => void;
}

export function cutLines(): Lines {
  let rest = '';
  return {
    push(text) {
      const lines = (rest + text).split('\n');
      rest = lines.pop() ?? '';
      return lines;
    },
    reset() {
      rest = '';
    },
  };
}
