import { mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { FlashError } from '../../../errors.js';
import { buildXdpObjects, staleObjects, type ObjectPlaces } from '../../../native/xdp-objects.js';

interface Tree extends ObjectPlaces {
  readonly source: (file: string, seconds: number) => void;
  readonly built: (name: string, seconds: number) => void;
}

/** A tree with a folder of sources, of which nothing is compiled. */
function makeTree(t: ExecutionContext): Tree {
  const dir = mkdtempSync(join(tmpdir(), 'flash-unit-'));
  t.teardown(() => rmSync(dir, { recursive: true }));
  const places = { sources: join(dir, 'bpf'), object: (name: string) => join(dir, `${name}.o`) };
  mkdirSync(places.sources);
  const write = (path: string, seconds: number): void => {
    writeFileSync(path, '');
    utimesSync(path, seconds, seconds);
  };
  return {
    ...places,
    source: (file, seconds) => write(join(places.sources, file), seconds),
    built: (name, seconds) => write(places.object(name), seconds),
  };
}

test('what is compiled is compiled again only if a source is newer', (t) => {
  const tree = makeTree(t);
  for (const name of ['one', 'two']) tree.source(`${name}.bpf.c`, 100);
  tree.source('shared.h', 100);

  t.deepEqual(staleObjects(['one', 'two'], tree), ['one', 'two'], 'never compiled');
  for (const name of ['one', 'two']) tree.built(name, 200);
  t.deepEqual(staleObjects(['one', 'two'], tree), []);
  tree.source('two.bpf.c', 300);
  t.deepEqual(staleObjects(['one', 'two'], tree), ['two']);
  tree.source('shared.h', 300);
  t.deepEqual(staleObjects(['one', 'two'], tree), ['one', 'two']);
});

test('where there are no sources, what is compiled is taken', (t) => {
  const tree = makeTree(t);
  rmSync(tree.sources, { recursive: true });
  tree.built('one', 100);

  t.deepEqual(staleObjects(['one'], tree), []);
});

test.serial('nothing is called if nothing has to be compiled', async (t) => {
  const tree = makeTree(t);
  tree.built('one', 100);

  await t.notThrowsAsync(withPath('/nonexistent', () => buildXdpObjects(['one'], tree)));
});

test.serial('what cannot be compiled is refused with what is missing', async (t) => {
  const tree = makeTree(t);
  const attempt = (): Promise<void> => withPath('/nonexistent', () => buildXdpObjects(['one'], tree));

  const without = await t.throwsAsync(attempt, { instanceOf: FlashError });
  rmSync(tree.sources, { recursive: true });
  const copied = await t.throwsAsync(attempt, { instanceOf: FlashError });

  t.regex(without.message, /one of bpf\/ must be compiled, and there is no make and no clang/);
  t.regex(copied.message, /the sources are not here/);
  t.regex(copied.details.advice ?? '', /out\/native/);
});

async function withPath(path: string, work: () => Promise<void>): Promise<void> {
  const before = process.env['PATH'];
  process.env['PATH'] = path;
  try {
    await work();
  } finally {
    process.env['PATH'] = before;
  }
}
