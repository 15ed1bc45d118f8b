import { appendFileSync, existsSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { FlashError } from '../../errors.js';
import { kernelDir } from '../../host/repository.js';
import { run } from '../../process/run.js';
import { makeArguments, type Kbuild } from './kbuild.js';
import { buildEnvironment } from './toolchain.js';

export interface Fragment {
  readonly name: string;
  readonly text: string;
}

/** One symbol a fragment asks for and the configuration does not have that way. */
export interface Unmet {
  readonly fragment: string;
  readonly symbol: string;
  readonly wanted: string;
  readonly actual: string;
}

export function readFragments(names: readonly string[], dir: string = join(kernelDir, 'config')): readonly Fragment[] {
  return names.map((name) => ({ name: `${name}.config`, text: readFileSync(join(dir, `${name}.config`), 'utf8') }));
}

/** `CONFIG_X=value` and `# CONFIG_X is not set` lines; the latter means `n`. */
export function parseConfig(text: string): ReadonlyMap<string, string> {
  const values = new Map<string, string>();
  for (const line of text.split('\n')) {
    const set = /^(CONFIG_\w+)=(.*)$/.exec(line);
    const unset = /^# (CONFIG_\w+) is not set$/.exec(line);
    if (set?.[1] !== undefined) values.set(set[1], set[2] ?? '');
    else if (unset?.[1] !== undefined) values.set(unset[1], 'n');
  }
  return values;
}

/** What did not take effect: a symbol that does not exist, lacks a dependency, or was overruled. */
export function findUnmet(fragments: readonly Fragment[], config: string): readonly Unmet[] {
  const actual = parseConfig(config);
  return fragments.flatMap((fragment) =>
    [...parseConfig(fragment.text)]
      .map(([symbol, wanted]) => ({ fragment: fragment.name, symbol, wanted, actual: actual.get(symbol) ?? 'n' }))
      .filter((line) => line.actual !== line.wanted),
  );
}

/**
 * Makes the .config of a build directory: nothing (or everything as modules), then the fragments, then the
 * defaults of what the fragments made visible. Without the last step a guest finds no root file system. A
 * configuration that is right already keeps its time.
 */
export async function configure(
  kbuild: Kbuild,
  fragments: readonly Fragment[],
  start: 'allnoconfig' | 'allmodconfig' = 'allnoconfig',
): Promise<void> {
  const fresh = join(kbuild.buildDir, '.config.fresh');
  const target = join(kbuild.buildDir, '.config');
  const make = (target: string): Promise<string> =>
    run('make', [...makeArguments(kbuild), `KCONFIG_CONFIG=${fresh}`, target], {
      env: buildEnvironment(),
      failAs: 'configNotApplied',
    });
  try {
    await make(start);
    appendFileSync(fresh, fragments.map(({ name, text }) => `# ${name}\n${text}`).join('\n'));
    await make('olddefconfig');
    const config = readFileSync(fresh, 'utf8');
    requireMet(findUnmet(fragments, config));
    if (!existsSync(target) || readFileSync(target, 'utf8') !== config) renameSync(fresh, target);
  } finally {
    rmSync(fresh, { force: true });
  }
}

function requireMet(unmet: readonly Unmet[]): void {
  if (unmet.length === 0) return;
  throw new FlashError('configNotApplied', `${unmet.length} line(s) of kernel/config/ did not take effect`, {
    logTail: unmet.map((line) => `${line.fragment}: ${line.symbol}=${line.wanted} became ${line.actual}`).join('\n'),
    advice: 'the symbol does not exist in this tree, a dependency is missing, or another fragment overrules it',
  });
}
