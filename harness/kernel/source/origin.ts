import { existsSync, readdirSync, statSync } from 'node:fs';
import { cp } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import { candidateOf, findUri, firstError, keyrings, readOsRelease, type Archive } from '../../apt/archive.js';
import { openPrivateApt } from '../../apt/private-apt.js';
import { FlashError } from '../../errors.js';
import { hashFile, hashText } from '../../host/hash.js';
import { callerDir } from '../../host/repository.js';
import { throwIfInterrupted } from '../../process/interrupt.js';
import { attempt, run, type RunResult } from '../../process/run.js';
import { knownBases, type Base } from './base.js';
import { compareVersions } from './release.js';

/** A place a source tree can come from. */
export interface SourceOrigin {
  /** Names the directory in the cache; equal for equal content. */
  readonly key: string;
  /** What messages call it. */
  readonly title: string;
  /** Puts the tree below an empty directory and returns its top. */
  place(dir: string): Promise<string>;
}

/** What the user named with --source: a tree or a tarball of one. */
export async function givenOrigin(source: string): Promise<SourceOrigin> {
  const path = resolve(callerDir, source);
  if (!existsSync(path)) {
    throw new FlashError('badSource', `--source ${source}: there is no ${path}`, {
      advice: 'give a directory or a tarball',
    });
  }
  if (statSync(path).isDirectory()) {
    const listing = await run('find', [path, '-name', '.git', '-prune', '-o', '-type', 'f', '-printf', '%P %s %T@\\n']);
    const content = listing.split('\n').sort().join('\n');
    return {
      key: `directory-${hashText(path + content).slice(0, 12)}`,
      title: path,
      place: (dir) => copyTree(path, dir),
    };
  }
  const key = `tarball-${(await hashFile(path)).slice(0, 12)}`;
  return { key, title: path, place: (dir) => extract(path, dir) };
}

/** Debian's package of the base, installed or not; undefined where there is none that is new enough. */
export async function debianOrigin(base: Base): Promise<SourceOrigin | undefined> {
  const name = base.debianPackage;
  if (name === undefined || (await attempt('which', ['dpkg-query', 'apt-cache'])).exitCode !== 0) return undefined;
  const tarball = `/usr/src/${name}.tar.xz`;
  const query = await attempt('dpkg-query', ['-W', '-f=${Version}', name]);
  if (query.exitCode === 0 && existsSync(tarball)) {
    const version = query.stdout.trim();
    return isNewEnough(base, version)
      ? { key: `debian-${version}`, title: `Debian's ${name} ${version}`, place: (dir) => extract(tarball, dir) }
      : undefined;
  }
  const policy = await attempt('apt-cache', ['policy', name], { env: { LC_ALL: 'C' } });
  const version = candidateOf(policy.stdout);
  if (version === undefined || !isNewEnough(base, version)) return undefined;
  return {
    key: `debian-${version}`,
    title: `Debian's ${name} ${version}`,
    place: (dir) => fetchPackage((args) => attempt('apt-get', args, { cwd: dir }), name, version, dir),
  };
}

/**
 * Debian's package of the base from a suite that the machine's own sources do not name; undefined where the base names
 * none. The suite's package lists lie in a directory of their own, and the system's sources stay as they are.
 */
export async function suiteOrigin(base: Base, listsDir: string): Promise<SourceOrigin | undefined> {
  const { debianPackage: name, debianSuite: suite } = base;
  if (name === undefined || suite === undefined) return undefined;
  const apt = openPrivateApt(listsDir, await requireDebian(base), suite);
  const update = await apt.run('apt-get', ['update', '-q']);
  if (update.exitCode !== 0) throw noPackage(base, `${suite}: ${firstError(update.stderr)}`);
  const version = candidateOf((await apt.run('apt-cache', ['policy', name])).stdout);
  if (version === undefined) throw noPackage(base, `${suite} has none`);
  if (!isNewEnough(base, version)) throw noPackage(base, `${suite} has ${version}, older than ${base.release}`);
  return {
    key: `debian-${version}`,
    title: `Debian's ${name} ${version} of ${suite}`,
    place: (dir) => fetchPackage((args) => apt.run('apt-get', args, dir), name, version, dir),
  };
}

/** The archive of the machine, if that is Debian's. */
async function requireDebian(base: Base): Promise<Archive> {
  const { id, codename, title } = readOsRelease();
  const { keyring, keyringPackage } = keyrings.debian;
  const uri = id === 'debian' ? await findUri(codename) : undefined;
  if (uri === undefined) throw noPackage(base, `the apt sources of ${title} name no archive of Debian`);
  if (!existsSync(keyring)) {
    throw noPackage(base, `${keyring}, which it is checked with, is not there`, `install ${keyringPackage}, or `);
  }
  return { title: 'Debian', uri, components: ['main'], keyring, suites: [] };
}

function noPackage({ debianPackage, name }: Base, why: string, first = 'check the network, or '): FlashError {
  const others = knownBases().filter((known) => known !== name);
  return new FlashError('noNetwork', `${debianPackage} could not be had: ${why}`, {
    advice: `${first}give the source with --source DIR|TARBALL, or choose another base with --base (${others.join(', ')})`,
  });
}

function isNewEnough(base: Base, debianVersion: string): boolean {
  const release = /^[\d.]+/.exec(debianVersion)?.[0];
  return release !== undefined && compareVersions(release, base.release) >= 0;
}

/** Fetching a package and looking into it needs no root; installing it would. */
async function fetchPackage(
  aptGet: (args: readonly string[]) => Promise<RunResult>,
  name: string,
  version: string,
  dir: string,
): Promise<string> {
  const { exitCode, stderr } = await aptGet(['download', '-q', `${name}=${version}`]);
  if (exitCode !== 0) {
    throw new FlashError('noNetwork', `${name} ${version} could not be downloaded: ${firstError(stderr)}`, {
      advice: 'is the network up, and are the package lists current (apt-get update)?',
    });
  }
  const deb = readdirSync(dir).find((file) => file.endsWith('.deb'));
  if (deb === undefined) throw new FlashError('noNetwork', `apt-get download ${name} left no package in ${dir}`);
  await run('dpkg-deb', ['-x', deb, 'package'], { cwd: dir });
  return extract(join(dir, 'package', 'usr', 'src', `${name}.tar.xz`), join(dir, 'tree'));
}

/** Unpacks a tarball of one top directory, without its git data, and returns that directory. */
export async function extract(tarball: string, dir: string): Promise<string> {
  await run('mkdir', ['-p', dir]);
  await run('tar', ['-xf', tarball, '-C', dir, '--no-same-owner', '--exclude=.git'], {
    env: { XZ_DEFAULTS: '-T0' },
    failAs: 'badSource',
    advice: `is ${tarball} a whole tarball?`,
  });
  const [top, ...others] = readdirSync(dir);
  if (top !== undefined && others.length === 0) return join(dir, top);
  throw new FlashError('badSource', `${tarball} does not hold exactly one directory`, {
    advice: 'give a tarball such as kernel.org makes: everything below linux-6.12.N/',
  });
}

/** Copies a tree without its git data; what an in-tree build left in it is cleaned away. */
async function copyTree(from: string, dir: string): Promise<string> {
  const to = join(dir, 'tree');
  const options = { recursive: true, verbatimSymlinks: true, preserveTimestamps: true };
  await cp(from, to, { ...options, filter: (path) => throwIfInterrupted() === undefined && basename(path) !== '.git' });
  if (existsSync(join(to, '.config')) || existsSync(join(to, 'include', 'config'))) {
    await run('make', ['-C', to, 'mrproper'], { failAs: 'badSource' });
  }
  return to;
}
