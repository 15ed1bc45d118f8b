import { showProgress } from '../host/progress.js';
import { buildKernel } from './build.js';

/** Brings the kernel a guest boots up to date, showing progress, and returns the path of its image. */
export async function buildImage(): Promise<string> {
  const view = showProgress();
  try {
    return (await buildKernel({ onProgress: view.onProgress })).image;
  } finally {
    view.stop();
  }
}
