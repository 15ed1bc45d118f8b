/**
 * What programs inherit: the environment of this process without git's variables. In a hook those
 * name the user's repository, index and work tree, and any git below us, also one that make or
 * checkpatch calls, would read and write there.
 */
export function inheritedEnvironment(): Readonly<Record<string, string | undefined>> {
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('GIT_')));
}
