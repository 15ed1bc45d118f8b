import { copyFileSync, existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { repositoryRoot } from '../../host/repository.js';
import { nativePaths } from '../../native/build-native.js';

/** A program of nf/examples, in one of the languages it is written in. */
export interface Example {
  readonly language: string;
  /** Why it cannot be run here. */
  readonly missing?: string;
  readonly command: readonly [program: string, ...args: string[]];
  /**
   * The same as a user who may do nothing, of one group, to be started by root. `dir` is a folder that all users may
   * look into.
   */
  readonly asUser: (user: string, dir: string, group?: string) => readonly [program: string, ...args: string[]];
}

/** A group of nobody in particular. */
const nobody = '65534';

const dropPrivileges = (user: string, group = nobody): readonly string[] => [
  ...['--reuid', user, '--regid', group, '--clear-groups'],
];

/** The checkout may be in a folder that is not for all users. */
function binary(language: string, path: string): Example {
  return {
    language,
    command: [path],
    asUser(user, dir, group) {
      const copy = join(dir, `l2fwd-${language}`);
      if (!existsSync(copy)) copyFileSync(path, copy);
      return ['setpriv', ...dropPrivileges(user, group), copy];
    },
  };
}

const bindBoth = 'mount --bind "$1" "$2" && mount --bind "$3" "$4" && shift 4 && exec "$@"';

/** Nor may Node be: both are mounted where all may look, and nobody but this program sees that. */
export function exampleInTypeScript(name: string): Example {
  const compiled = join('dist', 'nf', 'examples', name, `${name}.js`);
  return {
    language: 'TypeScript',
    command: [process.execPath, join(repositoryRoot, compiled)],
    asUser(user, dir, group) {
      const [checkout, node] = [join(dir, 'checkout'), join(dir, 'node')];
      mkdirSync(checkout, { recursive: true });
      writeFileSync(node, '');
      return [
        ...(['unshare', '--mount', 'sh', '-c', bindBoth, 'sh'] as const),
        ...[repositoryRoot, checkout, process.execPath, node],
        ...['setpriv', ...dropPrivileges(user, group), node, join(checkout, compiled)],
      ];
    },
  };
}

const rust = binary('Rust', nativePaths.l2fwdRust);

/** All say the same and take the same options. */
export const l2fwds = {
  c: binary('C', nativePaths.l2fwd),
  rust: existsSync(nativePaths.l2fwdRust) ? rust : { ...rust, missing: 'it is not built, which takes cargo' },
  typescript: exampleInTypeScript('l2fwd'),
} as const satisfies Readonly<Record<string, Example>>;
