/** A warning or error of a compiler, sparse or kernel-doc, without the place in the file, which moves. */
export interface Warning {
  readonly file: string;
  readonly line: number;
  readonly message: string;
}

const ofCompilers = /^(\S+?):(\d+)(?::\d+)?: (?:fatal )?(?:warning|error): (.+)$/;
/** As of 6.16, which has another one than before. */
const ofKernelDoc = /^(?:Warning|Error): (\S+?):(\d+) (.+)$/;

/** The warnings in the output of a build; `tree` and what leads to it is cut from the paths. */
export function parseWarnings(output: string, tree: string): readonly Warning[] {
  const warnings: Warning[] = [];
  for (const line of output.split('\n')) {
    const match = ofCompilers.exec(line) ?? ofKernelDoc.exec(line);
    if (match === null) continue;
    const [, path = '', number, message = ''] = match;
    warnings.push({ file: relativeTo(tree, path), line: Number(number), message });
  }
  return warnings;
}

/** Those not known yet; from here on they are known, so that only the first patch is blamed. */
export function takeNew(known: Set<string>, warnings: readonly Warning[]): readonly Warning[] {
  return warnings.filter(({ file, message }) => {
    const key = `${file}: ${message}`;
    return !known.has(key) && known.add(key);
  });
}

export function formatWarning({ file, line, message }: Warning): string {
  return `${file}:${line}: ${message}`;
}

function relativeTo(tree: string, path: string): string {
  return path
    .replace(`${tree}/`, '')
    .replace(/^(?:\.\.\/)+tree\//, '')
    .replace(/^\.\//, '');
}
