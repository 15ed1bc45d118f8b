import { FlashError } from '../../errors.js';
import { withProgress } from '../../host/progress.js';
import { buildKernel, findKernel, type BuildOptions, type BuiltKernel } from './build.js';

/** Brings a kernel a guest boots up to date, showing progress. */
export async function buildForGuest(options: BuildOptions = {}): Promise<BuiltKernel> {
  return withProgress((onProgress) => buildKernel({ ...options, onProgress }), options.onProgress);
}

/** The same, and returns the path of its image. */
export async function buildImage(options: BuildOptions = {}): Promise<string> {
  return (await buildForGuest(options)).image;
}

/** The path of an image that is up to date, if there is one and the tools to tell; builds none. */
export async function findImage(options: BuildOptions = {}): Promise<string | undefined> {
  try {
    return (await findKernel(options))?.image;
  } catch (error) {
    if (error instanceof FlashError) return undefined;
    throw error;
  }
}
