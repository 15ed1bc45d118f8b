const maximumLines = 24;

/** Lines that say why a build failed. */
const failure =
  /\b(?:fatal )?error\b[: ]|undefined reference|multiple definition|^ld: |: No such file|Killed|No space left/i;

/** Lines that only say that something failed somewhere. */
const consequence = /^make(?:\[\d+\])?: (?:\*\*\* |Leaving|Entering)|some warnings being treated as errors/;

/**
 * The lines of a build log that matter after a failure: every error with the source it points at.
 * Its end does not do: with several jobs, what failed is often pages above it.
 */
export function relevantLines(log: string): string {
  const lines = log.trimEnd().split('\n');
  const kept = new Set<number>();
  for (const [index, line] of lines.entries()) {
    if (!failure.test(line) || consequence.test(line)) continue;
    kept.add(index);
    // gcc quotes the source below: "  12 | code" and "     | ^~~~".
    for (let next = index + 1; next <= index + 3 && /^\s+(?:\d+ )?\|/.test(lines[next] ?? ''); next += 1)
      kept.add(next);
  }
  if (kept.size === 0) return lines.slice(-maximumLines).join('\n');
  return [...kept]
    .sort((a, b) => a - b)
    .slice(0, maximumLines)
    .map((index) => lines[index])
    .join('\n');
}
