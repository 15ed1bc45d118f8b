import { mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { cacheDir } from '../../host/cache.js';
import { repositoryRoot } from '../../host/repository.js';

/** The files of one guest run. The directory is shared: the guest writes it, the host reads along. */
export interface RunDirectory {
  readonly path: string;
  readonly scriptPath: string;
  readonly consolePath: string;
  readonly stdoutPath: string;
  readonly stderrPath: string;
  /** What the command reads from its standard input. */
  readonly inputPath: string;
  /** Appears when the guest's user space runs. */
  readonly startedPath: string;
  /** Appears when the command ended and holds its exit code; without it the run failed. */
  readonly exitPath: string;
  readonly hypervisorLogPath: string;
  /** Leads to vm-images/shortcuts: the path of the checkout may have what no command line of a kernel can say. */
  readonly shortcutsPath: string;
}

/** A fresh directory under the cache, or the files in a given one. */
export function makeRunDirectory(path = newRunPath()): RunDirectory {
  mkdirSync(path, { recursive: true });
  const at = (name: string): string => join(path, name);
  const shortcutsPath = at('shortcuts');
  rmSync(shortcutsPath, { force: true });
  symlinkSync(join(repositoryRoot, 'vm-images', 'shortcuts'), shortcutsPath);
  return {
    path,
    scriptPath: at('run.sh'),
    consolePath: at('console.log'),
    stdoutPath: at('stdout.log'),
    stderrPath: at('stderr.log'),
    inputPath: at('input'),
    startedPath: at('started'),
    exitPath: at('exit'),
    hypervisorLogPath: at('hypervisor.log'),
    shortcutsPath,
  };
}

/** Before another boot in the same directory: what the last one left is no longer found, but still there to read. */
export function setAside(path: string): void {
  const names = readdirSync(path);
  const aside = mkdtempSync(join(path, 'earlier-'));
  for (const name of names) renameSync(join(path, name), join(aside, name));
}

function newRunPath(): string {
  const when = new Date().toISOString().replace(/[-:]/g, '').replace(/\..*/, 'Z');
  return mkdtempSync(join(cacheDir('runs'), `${when}-`));
}

/** Writes the script that the guest runs: the command, its input and output in files, the marker at the end. */
export function writeGuestScript(files: RunDirectory, command: readonly string[], input = ''): void {
  writeFileSync(files.inputPath, input);
  const quoted = command.map(quote).join(' ');
  const lines = [
    '#!/bin/sh',
    `export PATH=${quote(process.env['PATH'] ?? '/usr/bin:/bin')}:/usr/sbin:/sbin:/usr/bin:/bin`,
    'pkill -x systemd-udevd',
    'unset BASH_ENV ENV',
    `cd ${quote(repositoryRoot)}`,
    `echo up > ${quote(files.startedPath)}`,
    `${quoted} < ${quote(files.inputPath)} > ${quote(files.stdoutPath)} 2> ${quote(files.stderrPath)}`,
    'code=$?',
    `echo $code > ${quote(`${files.exitPath}.partial`)}`,
    `mv ${quote(`${files.exitPath}.partial`)} ${quote(files.exitPath)}`,
    // The virtme-ng of Debian 13 powers off with a program that a container without an init lacks.
    'command -v poweroff > /dev/null || busybox poweroff -f',
  ];
  writeFileSync(files.scriptPath, `${lines.join('\n')}\n`, { mode: 0o755 });
}

/** A word of a shell; what has nothing special in it is left as it is. */
export function quote(text: string): string {
  if (/^[\w@%+=:,./-]+$/.test(text)) return text;
  return `'${text.replaceAll("'", `'\\''`)}'`;
}
