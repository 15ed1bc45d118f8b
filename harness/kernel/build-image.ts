import { showProgress } from '../host/progress.js';
import { buildKernel, type BuildOptions, type BuiltKernel } from './build.js';

export type ImageOptions = Omit<BuildOptions, 'onProgress'>;

/** Brings a kernel a guest boots up to date, showing progress. */
export async function buildForGuest(options: ImageOptions = {}): Promise<BuiltKernel> {
  const view = showProgress();
  try {
    return await buildKernel({ ...options, onProgress: view.onProgress });
  } finally {
    view.stop();
  }
}

/** The same, and returns the path of its image. */
export async function buildImage(options: ImageOptions = {}): Promise<string> {
  return (await buildForGuest(options)).image;
}
