import { appendFileSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { FlashError } from '../../errors.js';
import { kernelDir } from '../../host/repository.js';
import { run } from '../../process/run.js';
import { makeArguments, type Kbuild } from './kbuild.js';
import type { Base } from '../source/base.js';
import type { Start, StartText } from './start.js';
import { buildEnvironment } from './toolchain.js';

export interface Fragment {
  readonly name: string;
  readonly text: string;
  /** A symbol without which its lines say nothing. */
  readonly onlyWith?: string;
}

/** One symbol a fragment asks for and the configuration does not have that way. */
export interface Unmet {
  readonly fragment: string;
  readonly symbol: string;
  readonly wanted: string;
  readonly actual: string;
}

/** Symbols that a base does not have, and what does instead. */
export type Renamed = Base['config'];

export function readFragments(
  names: readonly string[],
  renamed: Renamed = {},
  dir: string = join(kernelDir, 'config'),
): readonly Fragment[] {
  return names.map((name) => {
    const text = readFileSync(join(dir, `${name}.config`), 'utf8');
    return { name: `${name}.config`, text: withRenamed(text, renamed) };
  });
}

/** A fragment for a base that calls symbols by other names, or does without them. */
function withRenamed(text: string, renamed: Renamed): string {
  return text
    .split('\n')
    .flatMap((line) => {
      const symbol = /^(?:# )?(CONFIG_\w+)(?:=| is not set)/.exec(line)?.[1];
      const other = symbol === undefined ? undefined : renamed[symbol];
      if (symbol === undefined || other === undefined) return [line];
      return other === null ? [] : [line.replace(symbol, other)];
    })
    .join('\n');
}

/** What a fragment of FLASH asks for that the tree has, at any point of the series. */
export function existing(tree: string, fragment: Fragment): Fragment {
  const kconfig = readFileSync(join(tree, 'net', 'xdp', 'Kconfig'), 'utf8');
  const lines = [...parseConfig(fragment.text)].filter(([symbol]) =>
    new RegExp(`^config ${symbol.replace('CONFIG_', '')}$`, 'm').test(kconfig),
  );
  return { name: fragment.name, text: lines.map(([symbol, value]) => `${symbol}=${value}`).join('\n') };
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
  return fragments
    .filter(({ onlyWith }) => onlyWith === undefined || actual.get(onlyWith) === 'y')
    .flatMap((fragment) =>
      [...parseConfig(fragment.text)]
        .map(([symbol, wanted]) => ({ fragment: fragment.name, symbol, wanted, actual: actual.get(symbol) ?? 'n' }))
        .filter((line) => line.actual !== line.wanted),
    );
}

/**
 * Makes the .config of a build directory: the start, then the fragments, then the defaults of what the fragments made
 * visible. Without the last step a guest finds no root file system. A configuration that is right already keeps its
 * time.
 */
export async function configure(
  kbuild: Kbuild,
  fragments: readonly Fragment[],
  start: Start = { target: 'allnoconfig' },
): Promise<void> {
  const fresh = join(kbuild.buildDir, '.config.fresh');
  const target = join(kbuild.buildDir, '.config');
  try {
    if ('text' in start) writeFileSync(fresh, await withoutOtherModules(kbuild, start));
    else await makeConfig(kbuild, start.target, [`KCONFIG_CONFIG=${fresh}`]);
    appendFileSync(fresh, fragments.map(({ name, text }) => `# ${name}\n${text}`).join('\n'));
    await makeConfig(kbuild, 'olddefconfig', [`KCONFIG_CONFIG=${fresh}`]);
    const config = readFileSync(fresh, 'utf8');
    requireMet(findUnmet(fragments, config), start);
    if (!existsSync(target) || readFileSync(target, 'utf8') !== config) renameSync(fresh, target);
  } finally {
    rmSync(fresh, { force: true });
  }
}

/** The text without the modules that are not wanted. In a directory of its own: the target knows no KCONFIG_CONFIG. */
async function withoutOtherModules(kbuild: Kbuild, { text, loaded }: StartText): Promise<string> {
  if (loaded === undefined) return text;
  const buildDir = join(kbuild.buildDir, '.localmod');
  mkdirSync(buildDir, { recursive: true });
  try {
    writeFileSync(join(buildDir, '.config'), text);
    writeFileSync(join(buildDir, 'loaded'), loaded.map((name) => `${name} 1 0\n`).join(''));
    await makeConfig({ ...kbuild, buildDir }, 'olddefconfig');
    await makeConfig({ ...kbuild, buildDir }, 'localmodconfig', [`LSMOD=${join(buildDir, 'loaded')}`]);
    return readFileSync(join(buildDir, '.config'), 'utf8');
  } finally {
    rmSync(buildDir, { recursive: true, force: true });
  }
}

/** Nobody answers what a target asks: then it takes its default. */
function makeConfig(kbuild: Kbuild, target: string, variables: readonly string[] = []): Promise<string> {
  return run('make', [...makeArguments(kbuild), ...variables, target], {
    env: buildEnvironment(),
    failAs: 'configNotApplied',
  });
}

function requireMet(unmet: readonly Unmet[], start: Start): void {
  if (unmet.length === 0) return;
  const into = 'text' in start ? ` in the configuration ${start.origin}` : '';
  throw new FlashError('configNotApplied', `${unmet.length} line(s) of kernel/config/ did not take effect${into}`, {
    logTail: unmet.map((line) => `${line.fragment}: ${line.symbol}=${line.wanted} became ${line.actual}`).join('\n'),
    advice:
      into === ''
        ? 'the symbol does not exist in this tree, a dependency is missing, or another fragment overrules it'
        : 'switch on what the symbol depends on (Kconfig says what), or start from another configuration',
  });
}
