import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { writeWhole } from '../../host/durable-file.js';
import { attempt } from '../../process/run.js';
import { readFragments } from '../build/config.js';
import { buildEnvironment } from '../build/toolchain.js';
import { touchedFiles } from '../series/apply.js';
import type { Patch } from '../series/series.js';

export interface Compiled {
  readonly file: string;
  /** What the compiler said, or nothing. */
  readonly failure?: string;
}

/**
 * Compiles what the series changes as it is for everybody who does not ask for FLASH: with the commands of a build
 * that has it, and its options undefined. No object is written, and warnings are errors.
 *
 * @param folder where a header is left that undefines them
 */
export async function compileWithoutFlash(
  buildDir: string,
  patches: readonly Patch[],
  folder: string,
): Promise<readonly Compiled[]> {
  mkdirSync(folder, { recursive: true });
  const header = join(folder, 'option-off.h');
  writeWhole(
    header,
    optionNames()
      .map((name) => `#undef ${name}\n`)
      .join(''),
  );
  const commands = changedSources(patches).flatMap((file) => {
    const command = commandFor(buildDir, file, header);
    return command === undefined ? [] : [{ file, command }];
  });
  return Promise.all(
    commands.map(async ({ file, command }) => {
      const { exitCode, stderr } = await attempt('sh', ['-c', command], { cwd: buildDir, env: buildEnvironment() });
      return { file, ...(exitCode !== 0 && { failure: stderr }) };
    }),
  );
}

function optionNames(): string[] {
  const fragments = readFragments(['flash', 'flash-hold', 'flash-kunit']);
  return fragments.flatMap(({ text }) => [...text.matchAll(/^(CONFIG_\w+)=/gm)].flatMap(([, name]) => name ?? []));
}

/** Files of the base that the series changes; its own are not compiled without it. */
function changedSources(patches: readonly Patch[]): string[] {
  const own = new Set(
    patches.flatMap(({ path }) => [...readFileSync(path, 'utf8').matchAll(created)].flatMap(([, file]) => file ?? [])),
  );
  const touched = new Set(patches.flatMap(touchedFiles));
  return [...touched].filter((file) => /^(?:net|drivers)\/.*\.c$/.test(file) && !own.has(file)).sort();
}

const created = /^--- \/dev\/null\n\+\+\+ b\/(.*)$/gm;

/** Undefined if the build has no such object. */
function commandFor(buildDir: string, file: string, header: string): string | undefined {
  const object = basename(file).replace(/\.c$/, '.o');
  const saved = join(buildDir, dirname(file), `.${object}.cmd`);
  if (!existsSync(saved)) return undefined;
  // What objtool does to the object comes after a semicolon.
  const command = /^savedcmd_\S+ := (.*?)(?: ;|$)/m.exec(readFileSync(saved, 'utf8'))?.[1];
  return command
    ?.replace(/ -Wp,-MMD,\S+/, '')
    .replace(/(-include \S+\/kconfig\.h)/, `$1 -include ${header}`)
    .replace(/ -o \S+/, ' -Werror -o /dev/null');
}
