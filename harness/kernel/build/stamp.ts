import { existsSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import * as z from 'zod';
import { readJson, writeWhole } from '../../host/durable-file.js';
import { hashText } from '../../host/hash.js';
import type { Fragment } from './config.js';

/** Everything an image depends on. */
export interface BuildInputs {
  /** The git tree object of the source with the series applied. */
  readonly sourceTree: string;
  readonly fragments: readonly Fragment[];
  readonly toolchain: string;
  readonly makeVariables: readonly string[];
}

const stampSchema = z.object({
  inputs: z.string(),
  release: z.string(),
  imageBytes: z.number(),
  imageTimeMs: z.number(),
});

const stampName = 'flash-build.json';

export function imagePath(buildDir: string): string {
  return join(buildDir, 'arch', 'x86', 'boot', 'bzImage');
}

/** Where its functions are, of the kernel whose image is at a path. */
export function symbolsPath(image: string): string {
  return join(image, '..', '..', '..', '..', 'System.map');
}

/** The release of the image in a build directory, if it is whole and made from exactly these inputs. */
export function readCurrentRelease(buildDir: string, inputs: BuildInputs): string | undefined {
  const stamp = stampSchema.safeParse(readJson(join(buildDir, stampName))).data;
  const image = imagePath(buildDir);
  if (stamp === undefined || stamp.inputs !== hashInputs(inputs) || !existsSync(image)) return undefined;
  const { size, mtimeMs } = statSync(image);
  return size === stamp.imageBytes && mtimeMs === stamp.imageTimeMs ? stamp.release : undefined;
}

/** The last act of a build. */
export function writeStamp(buildDir: string, inputs: BuildInputs, release: string): void {
  const { size, mtimeMs } = statSync(imagePath(buildDir));
  writeWhole(
    join(buildDir, stampName),
    JSON.stringify({ inputs: hashInputs(inputs), release, imageBytes: size, imageTimeMs: mtimeMs }),
  );
}

/** The first act of a build: from here on the directory is in the making. */
export function removeStamp(buildDir: string): void {
  rmSync(join(buildDir, stampName), { force: true });
}

function hashInputs(inputs: BuildInputs): string {
  return hashText(JSON.stringify([inputs.sourceTree, inputs.fragments, inputs.toolchain, inputs.makeVariables]));
}
