import { createWriteStream } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { cacheDir, newLogPath } from '../host/cache.js';
import { gib, requireFreeBytes } from '../host/disk.js';
import { startClock } from '../host/duration.js';
import { withLock } from '../host/lock.js';
import type { OnProgress } from '../host/progress.js';
import { repositoryRoot } from '../host/repository.js';
import { removeLeftovers, withTemporaryDir } from '../host/temporary.js';
import { cloneRepository, git } from '../kernel/git.js';
import { findFreshArchive, type Suite } from './archive.js';
import { makeFolder, runInFolder, type Folder } from './folder.js';
import { neededGib } from './inspect.js';
import { installGitAndNode } from './node.js';
import { findSettings } from './settings.js';

export interface FreshOptions {
  readonly suite: Suite;
  /** Names of npm scripts. */
  readonly commands: readonly string[];
  /** Leaves the folder. */
  readonly keep: boolean;
  /** Of each command. */
  readonly deadlineMs: number;
  readonly onProgress: OnProgress;
}

export interface CommandResult {
  readonly command: string;
  readonly exitCode: number;
  readonly seconds: number;
  /** The last line it printed. */
  readonly said: string;
}

export interface FreshResult {
  readonly node: string;
  readonly commit: string;
  readonly setUpSeconds: number;
  readonly results: readonly CommandResult[];
  readonly logPath: string;
  /** If it was kept. */
  readonly folder?: string;
}

const checkout = '/root/flash';

/** Tries npm scripts of the committed state in a folder that has a system of its own and nothing else. */
export async function runFresh(options: FreshOptions): Promise<FreshResult> {
  const { suite, keep, onProgress } = options;
  const parent = cacheDir('fresh', suite);
  return withLock(parent, `trying ${suite} from nothing`, async () => {
    removeLeftovers(parent);
    requireFreeBytes(parent, gib(neededGib), `a fresh ${suite} with its kernels`);
    return withTemporaryDir(parent, async (scratchDir) => {
      const folder = join(parent, 'root');
      await remove(folder);
      try {
        const result = await tryIn(folder, scratchDir, options);
        return keep ? { ...result, folder } : result;
      } finally {
        if (!keep) {
          onProgress({ kind: 'phase', phase: `${suite}: removing the folder` });
          await remove(folder);
        }
      }
    });
  });
}

/** What was killed in it a moment ago may still be writing. */
const remove = (folder: string): Promise<void> => rm(folder, { recursive: true, force: true, maxRetries: 10 });

async function tryIn(dir: string, scratchDir: string, options: FreshOptions): Promise<FreshResult> {
  const { suite, commands, deadlineMs, onProgress } = options;
  const logPath = newLogPath(`fresh-${suite}`);
  const log = createWriteStream(logPath);
  const elapsed = startClock();
  const phase = (text: string): void => onProgress({ kind: 'phase', phase: `${suite}: ${text}` });
  const onLine = (line: string): void => {
    log.write(`${line}\n`);
    const said = /^flash: (.*)/.exec(line)?.[1];
    if (said !== undefined) onProgress({ kind: 'note', text: `${suite}: ${said}` });
  };
  const folder: Folder = {
    dir,
    settings: await findSettings(scratchDir),
    bindsFile: join(scratchDir, 'binds'),
    onLine,
  };
  try {
    phase('looking for its archive');
    const archive = await findFreshArchive(suite, scratchDir);
    phase('debootstrap');
    await makeFolder(folder, archive);
    phase('installing git and Node');
    const node = await installGitAndNode(folder);
    const changes = await git(repositoryRoot, ['status', '--porcelain']);
    if (changes !== '') onProgress({ kind: 'note', text: 'what is not committed here is not tried' });
    await cloneRepository(repositoryRoot, join(dir, checkout));
    const commit = await git(join(dir, checkout), ['log', '-1', '--format=%h %s']);
    const setUpSeconds = elapsed();
    const results: CommandResult[] = [];
    for (const command of commands) {
      phase(`npm run ${command}`);
      const ran = startClock();
      const { exitCode, stdout } = await runInFolder(folder, ['npm', 'run', command], { cwd: checkout, deadlineMs });
      results.push({ command, exitCode, seconds: ran(), said: stdout.trimEnd().split('\n').at(-1) ?? '' });
    }
    return { node, commit, setUpSeconds, results, logPath };
  } finally {
    log.end();
  }
}
