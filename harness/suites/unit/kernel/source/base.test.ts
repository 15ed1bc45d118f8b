import test from 'ava';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { FlashError } from '../../../../errors.js';
import { kernelDir } from '../../../../host/repository.js';
import { slugOf, readSeries } from '../../../../kernel/series/series.js';
import { basesDir, defaultBase, knownBases, loadBase, parseBase } from '../../../../kernel/source/base.js';

const valid = {
  name: '6.12',
  release: '6.12.111',
  tarball: { url: 'https://example.org/linux.tar.xz', sha256: 'a'.repeat(64) },
  compileSteps: { lean: 1, hold: 1, debug: 1 },
};

const wrong: readonly { field: string; value: object }[] = [
  { field: 'name', value: { ...valid, name: 'six' } },
  { field: 'release', value: { ...valid, release: '6.12' } },
  { field: 'release', value: { ...valid, release: '6.13.1' } },
  { field: 'tarball.sha256', value: { ...valid, tarball: { ...valid.tarball, sha256: 'beef' } } },
  { field: 'tarball.url', value: { ...valid, tarball: { ...valid.tarball, url: 'somewhere' } } },
  { field: 'compileSteps.debug', value: { ...valid, compileSteps: { lean: 1, hold: 1, debug: -1 } } },
  { field: 'colour', value: { ...valid, colour: 'red' } },
];

for (const { field, value } of wrong) {
  test(`a base file with a wrong ${field} is refused by that name: ${JSON.stringify(value).slice(0, 60)}`, (t) => {
    const error = t.throws(() => parseBase(JSON.stringify(value), 'bases/x.json'), { instanceOf: FlashError });

    t.true(error.message.includes(field), error.message);
    t.true(error.message.includes('bases/x.json'));
  });
}

test('every base in the repository is valid', (t) => {
  const names = knownBases();

  t.true(names.includes('6.12'));
  for (const name of names) t.is(loadBase(name).name, name);
});

test('an unknown base is named together with those that are known', (t) => {
  const error = t.throws(() => loadBase('9.9'), { instanceOf: FlashError });

  t.is(error.kind, 'unknownBase');
  t.regex(error.message, /9\.9/);
  t.regex(error.details.advice ?? '', /6\.12/);
});

test('a base name cannot reach outside its directory', (t) => {
  t.is(t.throws(() => loadBase('../../package'), { instanceOf: FlashError }).kind, 'unknownBase');
});

for (const name of knownBases()) {
  test(`every patch of base ${name} that differs or is missing has its reason, and every reason a patch`, (t) => {
    const { apart, without } = loadBase(name);
    const dir = join(basesDir, name);
    const own = existsSync(dir) ? readdirSync(dir, { recursive: true, encoding: 'utf8' }) : [];
    const mutants = readdirSync(join(kernelDir, 'mutants'), { recursive: true, encoding: 'utf8' });
    const shared = [...readSeries().map(({ file }) => file), ...mutants].map(slugOf);

    t.deepEqual(
      own
        .filter((file) => file.endsWith('.patch') && !file.startsWith('mutants/'))
        .map(slugOf)
        .sort(),
      Object.keys(apart).sort(),
    );
    for (const slug of [...Object.keys(apart), ...Object.keys(without)]) t.true(shared.includes(slug), slug);
  });
}

test('where no base is named it is the newest whose source the system has', (t) => {
  t.is(defaultBase({ id: 'debian' }), knownBases().at(-1) ?? '');
  t.is(defaultBase({ id: 'ubuntu' }), '6.12');
});
