import test from 'ava';
import { readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ExecutionContext } from 'ava';
import {
  imagePath,
  readCurrentRelease,
  removeStamp,
  writeStamp,
  type BuildInputs,
} from '../../../../kernel/build/stamp.js';
import { temporaryDir, writeFiles } from '../../support/tiny-repository.js';

const inputs: BuildInputs = {
  sourceTree: 'tree-1',
  fragments: [{ name: 'lean.config', text: 'CONFIG_A=y\n' }],
  toolchain: 'gcc 12',
  makeVariables: ['CC=gcc'],
};

function builtDir(t: ExecutionContext): string {
  const dir = temporaryDir(t);
  writeFiles(dir, { 'arch/x86/boot/bzImage': 'image' });
  writeStamp(dir, inputs, '6.12.111-flash');
  return dir;
}

test('an image made from the same inputs is current', (t) => {
  t.is(readCurrentRelease(builtDir(t), inputs), '6.12.111-flash');
});

const changes: readonly { what: string; changed: Partial<BuildInputs> }[] = [
  { what: 'series or source', changed: { sourceTree: 'tree-2' } },
  { what: 'fragment', changed: { fragments: [{ name: 'lean.config', text: 'CONFIG_A=n\n' }] } },
  { what: 'compiler', changed: { toolchain: 'gcc 13' } },
  { what: 'make variable', changed: { makeVariables: [] } },
];

for (const { what, changed } of changes) {
  test(`an image is stale after a change of its ${what}`, (t) => {
    t.is(readCurrentRelease(builtDir(t), { ...inputs, ...changed }), undefined);
  });
}

const damages: readonly { title: string; damage: (dir: string) => void }[] = [
  { title: 'whose image is gone', damage: (dir) => rmSync(imagePath(dir)) },
  { title: 'whose image was cut', damage: (dir) => cutKeepingTime(imagePath(dir)) },
  { title: 'whose image was written again', damage: (dir) => utimesSync(imagePath(dir), 1, 1) },
  { title: 'that was being built again', damage: removeStamp },
  { title: 'whose stamp was cut', damage: (dir) => cut(join(dir, 'flash-build.json')) },
];

for (const { title, damage } of damages) {
  test(`a build directory ${title} is not trusted`, (t) => {
    const dir = builtDir(t);

    damage(dir);

    t.is(readCurrentRelease(dir, inputs), undefined);
  });
}

function cutKeepingTime(path: string): void {
  utimesSync(path, 1000, 1000);
  writeStamp(path.replace(/\/arch\/.*/, ''), inputs, '6.12.111-flash');
  writeFileSync(path, 'im');
  utimesSync(path, 1000, 1000);
}

function cut(path: string): void {
  writeFileSync(path, readFileSync(path, 'utf8').slice(0, 20));
}
