import koffi, { type LibraryHandle } from 'koffi';
import { FlashError } from '../errors.js';

/** The functions of a library that is opened when one is first called: commands that call none do without it. */
export function onFirstUse<T extends object>(
  library: string | (() => string),
  bind: (lib: LibraryHandle) => T,
  advice = 'ci/bootstrap.sh installs it',
): T {
  let functions: T | undefined;
  return new Proxy({} as T, { get: (_, name) => (functions ??= bind(open(nameOf(library), advice)))[name as keyof T] });
}

function open(library: string, advice: string): LibraryHandle {
  try {
    return koffi.load(library);
  } catch (cause) {
    throw new FlashError('missingTool', `${library} cannot be loaded: ${(cause as Error).message}`, { cause, advice });
  }
}

function nameOf(library: string | (() => string)): string {
  return typeof library === 'string' ? library : library();
}
