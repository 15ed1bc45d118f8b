import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { delimiter, join } from 'node:path';
import { FlashError } from '../errors.js';
import { git } from '../kernel/git.js';
import { attempt, run } from '../process/run.js';

/** What of the kernel's source its AF_XDP suite is built from. */
const sourcePaths = ['tools', 'include', 'scripts', 'kernel/bpf', 'arch/x86/include', 'Makefile'] as const;
const selftests = 'tools/testing/selftests/bpf';

/**
 * Builds the kernel's own AF_XDP suite from the source in a git tree, once for each commit, and
 * returns the directory with the program. In a copy: the build writes into its source.
 */
export async function buildXskxceiver(sourceTree: string): Promise<string> {
  const commit = await git(sourceTree, ['rev-parse', 'HEAD']);
  const dir = join(sourceTree, '..', '..', `xskxceiver-${commit.slice(0, 12)}`);
  const out = join(dir, 'out');
  const stamp = join(dir, 'built');
  if (existsSync(stamp)) return out;
  const bpftool = await requireBpftool();
  rmSync(dir, { recursive: true, force: true });
  mkdirSync(out, { recursive: true });
  const archive = join(dir, 'source.tar');
  await git(sourceTree, ['archive', '--output', archive, commit, ...sourcePaths]);
  await run('tar', ['-xf', archive, '-C', dir]);
  rmSync(archive);
  // The program needs no types of a kernel, but its makefile wants a file of them.
  const noTypes = join(dir, 'no-types.h');
  writeFileSync(noTypes, '');
  const variables = [`OUTPUT=${out}`, `VMLINUX_BTF=${noTypes}`, `VMLINUX_H=${noTypes}`, `BPFTOOL=${bpftool}`];
  await run('make', ['-C', join(dir, selftests), `-j${availableParallelism()}`, ...variables, 'xskxceiver'], {
    failAs: 'buildFailed',
  });
  writeFileSync(stamp, '');
  return out;
}

async function requireBpftool(): Promise<string> {
  const PATH = [process.env['PATH'] ?? '', '/usr/sbin'].join(delimiter);
  const found = await attempt('which', ['bpftool'], { env: { PATH } });
  if (found.exitCode === 0) return found.stdout.trim();
  throw new FlashError('missingTool', "bpftool is not installed, and the kernel's suite is built with it", {
    advice: 'install it: apt-get install bpftool (on Ubuntu linux-tools-common)',
  });
}
