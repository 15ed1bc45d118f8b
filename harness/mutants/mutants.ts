import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { FlashError } from '../errors.js';
import { kernelDir } from '../host/repository.js';
import type { Patch } from '../kernel/series.js';

/** A patch on top of the series that breaks one thing. */
export interface Mutant extends Patch {
  readonly name: string;
  /** What it breaks, in a sentence: the subject of the patch. */
  readonly breaks: string;
}

const mutantsDir = join(kernelDir, 'mutants');

/** All of them by name, or those that were asked for. */
export function readMutants(names: readonly string[] = []): Mutant[] {
  const all = readdirSync(mutantsDir)
    .filter((file) => file.endsWith('.patch'))
    .sort()
    .map(readMutant);
  const unknown = names.filter((name) => !all.some((mutant) => mutant.name === name));
  if (unknown.length > 0) throw new FlashError('usage', `there is no mutant ${unknown.join(', ')}`, { advice: `mutants: ${all.map(({ name }) => name).join(', ')}` });
  return names.length === 0 ? all : all.filter(({ name }) => names.includes(name));
}

function readMutant(file: string): Mutant {
  const path = join(mutantsDir, file);
  const subject = /^Subject: (?:\[PATCH\] )?(.*(?:\n .*)*)$/m.exec(readFileSync(path, 'utf8'))?.[1]?.replace(/\n /g, ' ');
  if (subject === undefined) throw new FlashError('seriesDoesNotApply', `${path} has no subject`, { advice: 'make it with git format-patch' });
  return { file: join('mutants', file), path, name: file.replace(/\.patch$/, ''), breaks: subject.replace(/^mutant: /, '') };
}
