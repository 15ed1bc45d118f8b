import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { FlashError } from '../errors.js';
import { repositoryRoot } from '../host/repository.js';
import { attempt, lastLines, type RunResult } from '../process/run.js';
import { suites, type FreshArchive, type Suite } from './archive.js';
import type { Settings } from './settings.js';

/** A folder with a system of its own. */
export interface Folder {
  readonly dir: string;
  readonly settings: Settings;
  readonly bindsFile: string;
  readonly onLine: (line: string) => void;
}

/** In namespaces that go with the program: nothing stays mounted and nothing runs on, however it ends. */
const apart = ['--mount', '--pid', '--fork', '--kill-child', '--propagation', 'private'];

/** The exit code of a command that did not end by its deadline. */
export const ranTooLong = 124;

export interface CommandOptions {
  readonly cwd?: string;
  readonly deadlineMs: number;
}

/** Runs a command in the folder, stdout and stderr as one. */
export function runInFolder(folder: Folder, command: readonly string[], options: CommandOptions): Promise<RunResult> {
  const { dir, settings, bindsFile, onLine } = folder;
  const enter = join(repositoryRoot, 'harness', 'fresh', 'enter.sh');
  const where = [dir, bindsFile, settings.environment.join(' '), options.cwd ?? '/'];
  const limited = ['timeout', '--kill-after=30', String(Math.ceil(options.deadlineMs / 1000)), ...command];
  return attempt('unshare', [...apart, enter, ...where, ...limited], { onLine });
}

export async function requireInFolder(folder: Folder, command: readonly string[], deadlineMs: number): Promise<string> {
  const { exitCode, stdout } = await runInFolder(folder, command, { deadlineMs });
  if (exitCode === 0) return stdout;
  const happened =
    exitCode === ranTooLong ? `did not end within ${deadlineMs / 60_000} minutes` : `exited with ${exitCode}`;
  const what = `\`${command.join(' ')}\` in ${folder.dir} ${happened}`;
  throw new FlashError('infrastructure', what, { logTail: lastLines(stdout, 12) });
}

/** A debootstrap may be older than the suite: its script is that of all suites of the distribution. */
function scriptOf(suite: Suite): readonly string[] {
  const scripts = '/usr/share/debootstrap/scripts';
  return existsSync(join(scripts, suite)) ? [] : [join(scripts, { debian: 'sid', ubuntu: 'gutsy' }[suites[suite]])];
}

/** The smallest system there is, with the archive's updates as apt sources. debootstrap mounts in it, too. */
export async function makeFolder({ dir, settings, bindsFile, onLine }: Folder, archive: FreshArchive): Promise<void> {
  const { suite, keyring, signedBy, components, pockets } = archive;
  const command = [
    ...['timeout', '--kill-after=30', '3600', 'debootstrap', '--variant=minbase', '--include=ca-certificates'],
    ...[`--keyring=${keyring}`, `--components=${components.join(',')}`],
    ...[suite, dir, pockets[0].uri, ...scriptOf(suite)],
  ];
  const env: Readonly<Record<string, string>> = settings.proxy === undefined ? {} : { http_proxy: settings.proxy };
  const { exitCode, stderr, stdout } = await attempt('unshare', [...apart, ...command], { onLine, env });
  if (exitCode !== 0) {
    const missing =
      exitCode === 127 ? 'debootstrap is not installed' : `debootstrap of ${suite} exited with ${exitCode}`;
    throw new FlashError(exitCode === 127 ? 'missingTool' : 'noNetwork', missing, {
      logTail: lastLines(`${stdout}${stderr}`, 12),
    });
  }
  const parts = components.join(' ');
  const lines = pockets.map((pocket) => `deb [signed-by=${signedBy}] ${pocket.uri} ${pocket.suite} ${parts}\n`);
  writeFileSync(join(dir, 'etc', 'apt', 'sources.list'), lines.join(''));
  writeFileSync(bindsFile, settings.binds.map(([from, to]) => `${from}\t${to}\n`).join(''));
}
