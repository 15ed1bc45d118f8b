import { readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { FlashError } from '../errors.js';
import { kernelDir } from '../host/repository.js';
import type { Patch } from '../kernel/series.js';
import { nicModels, type NicModel } from '../nics/model.js';

/** A patch on top of the series that breaks one thing. */
export interface Mutant extends Patch {
  readonly name: string;
  /** What it breaks, in a sentence: the subject of the patch. */
  readonly breaks: string;
  /** The emulated NIC that it shows on; undefined if it shows without one. */
  readonly nic: NicModel | undefined;
}

const mutantsDir = join(kernelDir, 'mutants');

/** All of them by name, or those that were asked for. */
export function readMutants(names: readonly string[] = []): Mutant[] {
  const all = [undefined, ...nicModels].flatMap(readFolder);
  const unknown = names.filter((name) => !all.some((mutant) => mutant.name === name));
  if (unknown.length > 0) throw new FlashError('usage', `there is no mutant ${unknown.join(', ')}`, { advice: `mutants: ${all.map(({ name }) => name).join(', ')}` });
  return names.length === 0 ? all : all.filter(({ name }) => names.includes(name));
}

/** Those in a folder of a NIC's, or in none. */
function readFolder(nic: NicModel | undefined): Mutant[] {
  const folder = join(mutantsDir, nic ?? '');
  return readdirSync(folder)
    .filter((file) => file.endsWith('.patch'))
    .sort()
    .map((file) => readMutant(join(folder, file), nic));
}

function readMutant(path: string, nic: NicModel | undefined): Mutant {
  const subject = /^Subject: (?:\[PATCH\] )?(.*(?:\n .*)*)$/m.exec(readFileSync(path, 'utf8'))?.[1]?.replace(/\n /g, ' ');
  if (subject === undefined) throw new FlashError('seriesDoesNotApply', `${path} has no subject`, { advice: 'make it with git format-patch' });
  const name = join(nic ?? '', basename(path, '.patch'));
  return { file: join('mutants', `${name}.patch`), path, name, breaks: subject.replace(/^mutant: /, ''), nic };
}
