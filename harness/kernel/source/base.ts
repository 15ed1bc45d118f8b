import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as z from 'zod';
import { readOsRelease, type OsRelease } from '../../apt/archive.js';
import { FlashError } from '../../errors.js';
import { kernelDir } from '../../host/repository.js';
import { configNames } from '../configs.js';

/** Patches by their names without the number, each with the reason. */
const reasons = z.record(z.string().regex(/^[\w.-]+$/, 'is no name of a patch'), z.string().min(1)).default({});

const symbol = z.string().regex(/^CONFIG_\w+$/, 'is not of the form CONFIG_X');

const schema = z.strictObject({
  /** What `--base` calls it: the first two numbers of its releases. */
  name: z.string().regex(/^\d+\.\d+$/, 'is not of the form 6.12'),
  /** The oldest point release that is accepted, and the one that is fetched from kernel.org. */
  release: z.string().regex(/^\d+\.\d+\.\d+$/, 'is not of the form 6.12.34'),
  /** The Debian package that carries a source tree of this base, if there is one. */
  debianPackage: z.string().optional(),
  /** The suite of Debian that has it, where the machine's own sources do not. */
  debianSuite: z.string().optional(),
  /** What kernel.org has of it, if it can be had from there. */
  tarball: z
    .strictObject({
      url: z.url(),
      sha256: z.string().regex(/^[0-9a-f]{64}$/, 'is not a SHA-256 in lower-case hex'),
    })
    .optional(),
  /** Symbols of kernel/config that this base does not have, and what does instead; null if nothing has to. */
  config: z.record(symbol, symbol.nullable()).default({}),
  /** Patches that have a text of their own in kernel/bases/NAME, and why. */
  apart: reasons,
  /** Patches and mutants that this base goes without, and why. */
  without: reasons,
  /** About how many steps a build from nothing takes; only the progress display uses it. */
  compileSteps: z.partialRecord(z.enum(configNames), z.number().int().positive()),
});

export type Base = z.infer<typeof schema>;

export const basesDir = join(kernelDir, 'bases');

/** Whether a system has the source of a base without being given one. */
export function hasSourceOn({ tarball }: Base, { id }: Pick<OsRelease, 'id'>): boolean {
  return tarball !== undefined || id === 'debian';
}

/** What commands use that are not told: the newest base whose source the system has. */
export function defaultBase(system: Pick<OsRelease, 'id'> = readOsRelease()): string {
  const names = knownBases();
  return names.findLast((name) => hasSourceOn(loadBase(name), system)) ?? names.at(-1) ?? '';
}

/** Set by --base, and by who runs many commands. */
export const baseVariable = 'FLASH_BASE';

/** The name of the base that commands use. */
export function chosenBase(): string {
  return process.env[baseVariable] || (usual ??= defaultBase());
}

/** Each command that takes a base asks for it as it is set up. */
let usual: string | undefined;

/** From the oldest to the newest. */
export function knownBases(dir: string = basesDir): readonly string[] {
  return readdirSync(dir)
    .filter((file) => file.endsWith('.json'))
    .map((file) => file.slice(0, -'.json'.length))
    .sort((left, right) => left.localeCompare(right, 'en', { numeric: true }));
}

export function loadBase(name: string, dir: string = basesDir): Base {
  const path = join(dir, `${name}.json`);
  if (!/^[\w.-]+$/.test(name) || !existsSync(path)) {
    throw new FlashError('unknownBase', `there is no base "${name}"`, {
      advice: `known bases: ${knownBases(dir).join(', ')} (one file each in kernel/bases/)`,
    });
  }
  return parseBase(readFileSync(path, 'utf8'), path);
}

/** Checks a base file whole; an error names the file and every field that is wrong. */
export function parseBase(text: string, path: string): Base {
  const result = schema.safeParse(parseJson(text, path));
  if (!result.success) {
    const problems = result.error.issues.map((issue) => `${issue.path.join('.') || 'the file'}: ${issue.message}`);
    throw new FlashError('unknownBase', `${path} does not describe a base: ${problems.join('; ')}`, {
      advice: 'compare it with kernel/bases/7.3.json',
    });
  }
  if (!result.data.release.startsWith(`${result.data.name}.`)) {
    throw new FlashError(
      'unknownBase',
      `${path}: release: ${result.data.release} is no release of ${result.data.name}`,
    );
  }
  return result.data;
}

function parseJson(text: string, path: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new FlashError('unknownBase', `${path} is not JSON: ${String(cause)}`, { cause });
  }
}
