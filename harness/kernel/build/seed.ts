import { existsSync, renameSync, rmSync } from 'node:fs';
import { FlashError } from '../../errors.js';
import { run } from '../../process/run.js';
import { coverageConfig, optionOffConfig } from '../configs.js';
import { resolve, type Build } from './plan.js';
import { imagePath, removeStamp } from './stamp.js';

/**
 * Has the first build of what differs from `lean` in a few files begin with a copy of that: make knows what every object
 * was made from, and with which symbols, and compiles the others anew. Without such a build, or if it cannot be copied,
 * all is compiled.
 */
export async function seedFromLean(build: Build): Promise<void> {
  const { buildDir } = build.kbuild;
  if (existsSync(buildDir) || !isNearLean(build)) return;
  const lean = resolve({ ...build, config: 'lean', driverRedirects: true }, build.source).kbuild.buildDir;
  if (!existsSync(imagePath(lean))) return;
  build.onProgress({ kind: 'phase', phase: 'copying the build of lean' });
  const partial = `${buildDir}.partial`;
  rmSync(partial, { recursive: true, force: true });
  try {
    await run('cp', ['--archive', '--reflink=auto', lean, partial]);
  } catch (error) {
    rmSync(partial, { recursive: true, force: true });
    if (!(error instanceof FlashError)) throw error;
    const { logTail = '' } = error.details;
    build.onProgress({ kind: 'note', text: `compiling all of it: ${error.message}: ${logTail}` });
    return;
  }
  removeStamp(partial);
  renameSync(partial, buildDir);
}

function isNearLean({ config, driverRedirects, installed }: Build): boolean {
  if (installed !== undefined) return false;
  return ['hold', optionOffConfig, coverageConfig].includes(config) || (config === 'lean' && !driverRedirects);
}
