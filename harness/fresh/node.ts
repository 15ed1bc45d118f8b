import { cpSync, existsSync, mkdirSync, symlinkSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { FlashError } from '../errors.js';
import { requireInFolder, runInFolder, type Folder } from './folder.js';

const neededMajor = 20;
const deadlineMs = 20 * 60_000;
const advice = 'run this command with a Node from nodejs.org, which brings its npm';

/**
 * Installs git and Node in a folder: the suite's own where it is new enough, else a copy of this machine's,
 * as one from nodejs.org is installed. Returns which it is.
 */
export async function installGitAndNode(folder: Folder): Promise<string> {
  await requireInFolder(folder, ['update-ca-certificates'], deadlineMs);
  await requireInFolder(folder, ['apt-get', 'update', '-q'], deadlineMs);
  const policy = await requireInFolder(folder, ['apt-cache', 'policy', 'nodejs'], deadlineMs);
  const isNewEnough = majorOf(policy) >= neededMajor;
  const packages = `git ca-certificates${isNewEnough ? ' nodejs npm' : ''}`.split(' ');
  const install = [
    'env',
    'DEBIAN_FRONTEND=noninteractive',
    'apt-get',
    'install',
    '-y',
    '-q',
    '--no-install-recommends',
  ];
  await requireInFolder(folder, [...install, ...packages], deadlineMs);
  if (!isNewEnough) copyNode(folder.dir);
  const { exitCode, stdout } = await runInFolder(folder, ['sh', '-c', 'node --version && npm --version'], {
    deadlineMs,
  });
  if (exitCode === 0) return `${stdout.split('\n')[0]} ${isNewEnough ? 'of the suite' : 'of this machine'}`;
  throw new FlashError('missingTool', `the Node of this machine does not run in ${folder.dir}`, {
    logTail: stdout,
    advice,
  });
}

/** Of the version that `apt-cache policy` would install. */
export function majorOf(policy: string): number {
  return Number(/^ *Candidate: (?:\d+:)?(\d+)/m.exec(policy)?.[1] ?? 0);
}

/** With the npm beside it, below /usr/local. */
function copyNode(dir: string): void {
  const prefix = dirname(dirname(process.execPath));
  const npm = join(prefix, 'lib', 'node_modules', 'npm');
  if (!existsSync(npm)) throw new FlashError('missingTool', `there is no npm beside ${process.execPath}`, { advice });
  const to = join(dir, 'usr', 'local');
  mkdirSync(join(to, 'lib', 'node_modules'), { recursive: true });
  cpSync(process.execPath, join(to, 'bin', 'node'));
  cpSync(npm, join(to, 'lib', 'node_modules', 'npm'), { recursive: true, verbatimSymlinks: true });
  for (const name of ['npm', 'npx']) symlinkSync(`../lib/node_modules/npm/bin/${name}-cli.js`, join(to, 'bin', name));
}
