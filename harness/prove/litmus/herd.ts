import type { OnProgress } from '../../host/progress.js';
import { ensureTool, type FetchedTool } from '../fetched-tool.js';

const herd: FetchedTool = {
  program: 'herd7',
  packageName: 'herdtools7',
  // Older ones do not read the memory model of Linux 6.12.
  least: [7, 56],
  versionOption: '-version',
  options: ['-set-libdir', 'ROOT/usr/share/herdtools7/herd'],
};

export function ensureHerd(onProgress: OnProgress): Promise<string> {
  return ensureTool(herd, onProgress);
}
