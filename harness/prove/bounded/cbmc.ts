import type { OnProgress } from '../../host/progress.js';
import { ensureTool, type FetchedTool } from '../fetched-tool.js';

const cbmc: FetchedTool = {
  program: 'cbmc',
  packageName: 'cbmc',
  // It depends on a compiler as well, which it needs for what was not preprocessed.
  packages: ['cbmc', 'minisat', 'libc6', 'libgcc-s1', 'libstdc++6', 'zlib1g'],
  suites: { Debian: ['trixie'] },
  least: [5, 95],
  versionOption: '--version',
};

export function ensureCbmc(onProgress: OnProgress): Promise<string> {
  return ensureTool(cbmc, onProgress);
}
