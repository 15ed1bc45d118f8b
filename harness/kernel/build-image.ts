import { showProgress } from '../host/progress.js';
import { buildKernel, type BuildOptions } from './build.js';

/** Brings the kernel a guest boots up to date, showing progress, and returns the path of its image. */
export async function buildImage(options: Omit<BuildOptions, 'onProgress'> = {}): Promise<string> {
  const view = showProgress();
  try {
    return (await buildKernel({ ...options, onProgress: view.onProgress })).image;
  } finally {
    view.stop();
  }
}
