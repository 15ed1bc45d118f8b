import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { FlashError } from '../errors.js';
import { kernelDir } from '../host/repository.js';
import { ownPath, seriesPath, type Patch } from '../kernel/series/series.js';
import { chosenBase, loadBase, type Base } from '../kernel/source/base.js';
import { modelsFor } from '../nics/models-for.js';
import { nicModels, type NicModel } from '../nics/model.js';

/** A patch on top of the series that breaks one thing. */
export interface Mutant extends Patch {
  readonly name: string;
  /** What it breaks, in a sentence: the subject of the patch. */
  readonly breaks: string;
  /** The emulated NIC that it shows on; undefined if it shows without one. */
  readonly nic: NicModel | undefined;
  /** It shows to tests that hold contexts, on a kernel that lets them. */
  readonly takesHolds: boolean;
  /** How the title begins of the test that its message names; undefined if it names none. */
  readonly noticedBy: string | undefined;
}

const holdFolder = 'hold';
const foldersOn = (base: Base): string[] =>
  ['', ...modelsFor(base.name)].flatMap((folder) => [folder, join(holdFolder, folder)]);

const mutantsDir = join(kernelDir, 'mutants');

/** All of them by name, or those that were asked for, as they are for a base. */
export function readMutants(names: readonly string[] = [], base: Base = loadBase(chosenBase())): Mutant[] {
  const all = foldersOn(base).flatMap((folder) => readFolder(folder, base));
  const unknown = names.filter((name) => !all.some((mutant) => mutant.name === name));
  if (unknown.length > 0)
    throw new FlashError('usage', `there is no mutant ${unknown.join(', ')}`, {
      advice:
        'mutants are the patches in kernel/mutants: give their paths there, without .patch; `npm test prove` tries those in fuzz/',
    });
  return names.length === 0 ? all : all.filter(({ name }) => names.includes(name));
}

function readFolder(folder: string, base: Base): Mutant[] {
  const path = join(mutantsDir, folder);
  if (!existsSync(path)) return [];
  return readdirSync(path)
    .filter((file) => file.endsWith('.patch') && !(basename(file, '.patch') in base.without))
    .sort()
    .map((file) => {
      const own = ownPath(seriesPath, base, join('mutants', folder, file));
      return readMutant(existsSync(own) ? own : join(path, file), folder);
    });
}

function readMutant(path: string, folder: string): Mutant {
  const text = readFileSync(path, 'utf8');
  const subject = /^Subject: (?:\[PATCH\] )?(.*(?:\n .*)*)$/m.exec(text)?.[1]?.replace(/\n /g, ' ');
  if (subject === undefined)
    throw new FlashError('seriesDoesNotApply', `${path} has no subject`, { advice: 'make it with git format-patch' });
  const name = join(folder, basename(path, '.patch'));
  const nic = nicModels.find((model) => model === basename(folder));
  return {
    file: join('mutants', `${name}.patch`),
    path,
    name,
    breaks: subject.replace(/^mutant: /, ''),
    nic,
    takesHolds: folder.startsWith(holdFolder),
    noticedBy: readNoticedBy(text),
  };
}

/** From `To be noticed by "TITLE" (FILE.test.ts)`, whose lines end at blanks; KUnit's own names are no titles. */
export function readNoticedBy(message: string): string | undefined {
  return /^To be noticed by\s+"([^"]+)"\s+\([\w\s.-]+\.test\.ts\)/m.exec(message)?.[1]?.replace(/\s+/g, ' ');
}
