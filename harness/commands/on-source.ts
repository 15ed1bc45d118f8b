import { cacheRoot } from '../host/cache.js';
import { withLock } from '../host/lock.js';
import { showProgress, type OnProgress } from '../host/progress.js';
import { loadBase } from '../kernel/source/base.js';
import { ensureSource, type Source } from '../kernel/source/source.js';

/** Does something with the source of a base, holding the lock of the cache. */
export async function onSource(
  base: string,
  purpose: string,
  work: (source: Source, onProgress: OnProgress) => Promise<void>,
): Promise<void> {
  const view = showProgress();
  try {
    await withLock(cacheRoot(), purpose, async () => {
      const source = await ensureSource(loadBase(base), undefined, view.onProgress);
      await work(source, view.onProgress);
    });
  } finally {
    view.stop();
  }
}
