/** Where a series stopped applying. */
export interface ApplyFailure {
  /** The position in the series, from 0. */
  readonly index: number;
  readonly file: string | undefined;
  /** The first lines of the hunk that found no place, when git tells which one it was. */
  readonly hunk: string | undefined;
  readonly reason: string;
}

/**
 * Reads what `git am` and `git apply --verbose` say. Git numbers no hunks: it quotes the text it
 * searched for, or gives the line of the file the hunk starts at.
 */
export function readApplyFailure(index: number, output: string, patchText: string): ApplyFailure {
  const failed = /^error: patch failed: (.+):(\d+)$/m.exec(output);
  if (failed !== null) {
    const [, file, line] = failed;
    return {
      index,
      file,
      hunk: findHunk(patchText, file ?? '', Number(line)),
      reason: 'the text around the change is not there',
    };
  }
  const other =
    /^error: (.+?): ((?:does not exist|already exists|No such file|does not match|cannot|wrong type|patch does not).*)$/m.exec(
      output,
    );
  if (other !== null) return { index, file: other[1], hunk: undefined, reason: other[2] ?? '' };
  const first = /^(?:error|fatal): (.+)$/m.exec(output);
  return {
    index,
    file: undefined,
    hunk: undefined,
    reason: first?.[1] ?? output.trim().split('\n').at(-1) ?? 'unknown',
  };
}

/** The header of the hunk of a file that starts at a line, with its number within that file. */
function findHunk(patchText: string, file: string, oldLine: number): string | undefined {
  let current: string | undefined;
  let number = 0;
  for (const line of patchText.split('\n')) {
    const header = /^diff --git a\/.+ b\/(.+)$/.exec(line);
    if (header !== null) {
      current = header[1];
      number = 0;
    }
    const hunk = /^@@ -(\d+)/.exec(line);
    if (hunk === null || current !== file) continue;
    number += 1;
    if (Number(hunk[1]) === oldLine) return `hunk ${number}: ${line}`;
  }
  return undefined;
}
