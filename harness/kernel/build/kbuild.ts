import { makeVariables } from './toolchain.js';

/** A source tree and the directory it is built in: what every make for them is told. */
export interface Kbuild {
  readonly tree: string;
  readonly buildDir: string;
  /** Besides those of every build. */
  readonly variables: readonly string[];
}

export function makeArguments({ tree, buildDir, variables }: Kbuild): string[] {
  return ['-C', tree, `O=${buildDir}`, ...makeVariables, ...variables];
}
