import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { FlashError } from '../../errors.js';
import type { Base } from './base.js';

/** The release a kernel source tree says it is, without suffixes: 6.12.117. */
export function readRelease(tree: string, title: string = tree): string {
  const makefile = join(tree, 'Makefile');
  return parseRelease(existsSync(makefile) ? readFileSync(makefile, 'utf8') : '', title);
}

/** The same from the text of its Makefile. */
export function parseRelease(text: string, title: string): string {
  const parts = ['VERSION', 'PATCHLEVEL', 'SUBLEVEL'].map(
    (name) => new RegExp(`^${name} = (\\d+)$`, 'm').exec(text)?.[1],
  );
  if (parts.some((part) => part === undefined)) {
    throw new FlashError('badSource', `${title} is no kernel source tree: its Makefile names no version`, {
      advice: 'give --source the top directory of a kernel tree, or a tarball of one',
    });
  }
  return parts.join('.');
}

/** Refuses a release of another base, and one older than the pinned release. */
export function requireAccepted(base: Base, release: string, origin: string): void {
  const advice = `give a release from ${base.release} on, or leave --source out`;
  if (!release.startsWith(`${base.name}.`)) {
    throw new FlashError('badSource', `${origin} is Linux ${release}, which is no release of base ${base.name}`, {
      advice,
    });
  }
  if (compareVersions(release, base.release) < 0) {
    throw new FlashError('badSource', `${origin} is Linux ${release}, older than the pinned ${base.release}`, {
      advice,
    });
  }
}

/** Negative when a is older than b; compares number by number. */
export function compareVersions(a: string, b: string): number {
  const left = a.split('.').map(Number);
  const right = b.split('.').map(Number);
  for (let i = 0; i < Math.max(left.length, right.length); i += 1) {
    const difference = (left[i] ?? 0) - (right[i] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}
