import { mkdirSync, readdirSync, renameSync, rmSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import * as z from 'zod';
import { FlashError } from '../../errors.js';
import { cacheRoot } from '../../host/cache.js';
import { readJson, writeWhole } from '../../host/durable-file.js';
import { startClock } from '../../host/duration.js';
import { withLock } from '../../host/lock.js';
import { compileBuild, findBuilt, prepareBuild, resultOf, titleOf, type BuiltKernel } from '../build/build.js';
import { planOf, type BuildOptions, type Plan } from '../build/plan.js';
import { readCurrentRelease, writeStamp } from '../build/stamp.js';
import { prepareSigning, readSigner, signImage, signingFragment, type Signer, type SigningFiles } from './signing.js';
import { requirePackagingTools } from './tools.js';
import { packageVersion } from './version.js';

export interface PackageOptions extends BuildOptions {
  /** Signs the kernel and its modules for Secure Boot. */
  readonly sign?: SigningFiles | undefined;
}

/** Packages of Debian's, as paths of the .deb files. */
export interface Packages {
  readonly image: string;
  /** What modules are compiled with elsewhere; a kernel that takes no modules has none. */
  readonly headers?: string | undefined;
  /** The kernel's interface for programs in C, in the place of the distribution's. */
  readonly libcDev: string;
  readonly version: string;
}

export interface BuiltPackages extends Packages, Omit<BuiltKernel, 'image'> {}

/** Brings the packages of one kernel up to date. When nothing changed it takes no lock and touches nothing. */
export async function buildPackages(options: PackageOptions = {}): Promise<BuiltPackages> {
  const elapsed = startClock();
  const signer = options.sign && readSigner(options.sign);
  const plan = planOf(options, { fragments: signer === undefined ? [] : [signingFragment(signer)] });
  await requirePackagingTools(signer !== undefined);
  const result =
    (await findPackages(plan)) ?? (await withLock(cacheRoot(), titleOf(plan), () => makePackages(plan, signer)));
  return { ...result, seconds: elapsed() };
}

type Made = Omit<BuiltPackages, 'seconds'>;

async function findPackages(plan: Plan): Promise<Made | undefined> {
  const kernel = await findBuilt(plan);
  const packages = kernel && readPackages(kernel.buildDir);
  return kernel && packages && { ...kernel, ...packages };
}

async function makePackages(plan: Plan, signer: Signer | undefined): Promise<Made> {
  const prepared = await prepareBuild(plan);
  const { build, inputs } = prepared;
  const { buildDir } = build.kbuild;
  const current = readPackages(buildDir);
  const made = readCurrentRelease(buildDir, inputs);
  if (made !== undefined && current !== undefined) return { ...resultOf(build, made, false), ...current };

  rmSync(join(buildDir, listName), { force: true });
  const version = packageVersion(build.source.release, new Date());
  const release = await compileBuild(prepared, {
    targets: ['bindeb-pkg'],
    variables: [
      `KDEB_PKGVERSION=${version}`,
      'KDEB_CHANGELOG_DIST=unstable',
      ...(signer === undefined ? [] : prepareSigning(buildDir, signer)),
    ],
    // Debug information may have gigabytes, and nothing here needs its package.
    env: { DEB_BUILD_PROFILES: 'pkg.linux-upstream.nokerneldbg' },
  });
  const names = collect(buildDir, version, release);
  if (signer !== undefined) {
    plan.onProgress({ kind: 'phase', phase: 'signing the kernel' });
    await signImage(join(buildDir, folder, names.image), release, signer);
  }
  writePackages(buildDir, names);
  writeStamp(buildDir, inputs, release);
  return { ...resultOf(build, release, true), ...toPaths(buildDir, names) };
}

/** Below the build directory: the packages, and the list of what they are, which is written when all are there. */
const folder = 'packages';
const listName = join(folder, 'packages.json');

/** Takes what kbuild leaves beside the build directory, in the place of what was there before. */
function collect(buildDir: string, version: string, release: string): Packages {
  const beside = dirname(buildDir);
  rmSync(join(buildDir, folder), { recursive: true, force: true });
  mkdirSync(join(buildDir, folder));
  const left = readdirSync(beside).filter((name) => name.includes(`_${version}_`));
  for (const name of left) {
    if (name.endsWith('.deb')) renameSync(join(beside, name), join(buildDir, folder, name));
    else rmSync(join(beside, name));
  }
  const find = (name: string): string | undefined => left.find((file) => file.startsWith(`${name}_`));
  const [image, libcDev] = [find(`linux-image-${release}`), find('linux-libc-dev')];
  if (image !== undefined && libcDev !== undefined) {
    return { image, headers: find(`linux-headers-${release}`), libcDev, version };
  }
  throw new FlashError('buildFailed', `kbuild left no package of the kernel in ${beside}, only ${left.join(', ')}`);
}

const listSchema = z.object({
  packages: z.object({
    image: z.string(),
    headers: z.string().optional(),
    libcDev: z.string(),
    version: z.string(),
  }),
  bytes: z.record(z.string(), z.number()),
});

function writePackages(buildDir: string, packages: Packages): void {
  const bytes = Object.fromEntries(filesOf(packages).map((name) => [name, bytesOf(join(buildDir, folder, name))]));
  writeWhole(join(buildDir, listName), JSON.stringify({ packages, bytes }));
}

/** The packages that were made last, if all are there and whole. */
function readPackages(buildDir: string): Packages | undefined {
  const list = listSchema.safeParse(readJson(join(buildDir, listName))).data;
  if (list === undefined) return undefined;
  const whole = filesOf(list.packages).every((name) => bytesOf(join(buildDir, folder, name)) === list.bytes[name]);
  return whole ? toPaths(buildDir, list.packages) : undefined;
}

function toPaths(buildDir: string, { image, headers, libcDev, version }: Packages): Packages {
  const path = (name: string): string => join(buildDir, folder, name);
  return { image: path(image), headers: headers && path(headers), libcDev: path(libcDev), version };
}

/** The files of packages, without what there is none of. */
export function filesOf({ image, headers, libcDev }: Packages): readonly string[] {
  return [image, headers, libcDev].filter((file) => file !== undefined);
}

function bytesOf(path: string): number | undefined {
  return statSync(path, { throwIfNoEntry: false })?.size;
}
