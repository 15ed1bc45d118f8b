import { accessSync, constants, readdirSync, statSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { FlashError } from '../errors.js';
import { make } from '../host/make.js';
import { repositoryRoot } from '../host/repository.js';
import { bpfObject, nativeMakeArgs } from './build-native.js';

/** Where the sources of bpf/ are, and what is compiled of them. */
export interface ObjectPlaces {
  readonly sources: string;
  readonly object: (name: string) => string;
}

const here: ObjectPlaces = { sources: join(repositoryRoot, 'bpf'), object: bpfObject };

/**
 * Those of the files of bpf/ that have to be compiled: they never were, or a source is newer. Where there are no
 * sources, what is compiled is what there is.
 */
export function staleObjects(names: readonly string[], { sources, object }: ObjectPlaces = here): readonly string[] {
  const headers = filesOf(sources).filter((file) => file.endsWith('.h'));
  return names.filter((name) => {
    const built = modifiedMs(object(name));
    if (built === undefined) return true;
    return [`${name}.bpf.c`, ...headers].some((file) => (modifiedMs(join(sources, file)) ?? 0) > built);
  });
}

function filesOf(dir: string): readonly string[] {
  try {
    return readdirSync(dir);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
}

const modifiedMs = (path: string): number | undefined => statSync(path, { throwIfNoEntry: false })?.mtimeMs;

/** Compiles what has to be, which takes a compiler; once that is done, nothing does. */
export async function buildXdpObjects(names: readonly string[], places: ObjectPlaces = here): Promise<void> {
  const stale = staleObjects(names, places);
  if (stale.length === 0) return;
  const missing = ['make', 'clang'].filter((program) => !isInstalled(program));
  if (modifiedMs(places.sources) === undefined) throw notCompiled(stale, 'the sources are not here');
  if (missing.length > 0) throw notCompiled(stale, `there is no ${missing.join(' and no ')}`);
  // By the names that the makefile has for them.
  const targets = stale.map((name) => `../../out/native/${name}.bpf.o`);
  await make([...nativeMakeArgs(), ...targets], {
    what: 'the XDP programs',
    failAs: 'buildFailed',
    advice: 'clang and the headers of libbpf and libxdp are needed; `npm run doctor` says what is missing',
  });
}

function isInstalled(program: string): boolean {
  return (process.env['PATH'] ?? '').split(delimiter).some((dir) => {
    try {
      accessSync(join(dir, program), constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}

function notCompiled(names: readonly string[], why: string): FlashError {
  return new FlashError('missingTool', `${names.join(', ')} of bpf/ must be compiled, and ${why}`, {
    advice:
      'compile on another machine (`npm run xdp -- attach` there does it), and copy out/native/*.bpf.o here with their times: cp -a, rsync -a, tar',
  });
}
