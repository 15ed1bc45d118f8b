import { withProgress } from '../host/progress.js';
import { buildKernel, type BuildOptions, type BuiltKernel } from './build.js';

/** Brings a kernel a guest boots up to date, showing progress. */
export async function buildForGuest(options: BuildOptions = {}): Promise<BuiltKernel> {
  return withProgress((onProgress) => buildKernel({ ...options, onProgress }), options.onProgress);
}

/** The same, and returns the path of its image. */
export async function buildImage(options: BuildOptions = {}): Promise<string> {
  return (await buildForGuest(options)).image;
}
