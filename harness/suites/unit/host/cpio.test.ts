import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'ava';
import { writeCpio } from '../../../host/cpio.js';
import { run } from '../../../process/run.js';
import { temporaryDir } from '../support/tiny-repository.js';

/** What unpacks an archive; a machine that runs guests has busybox at least. */
const tools = {
  cpio: ['-i', '-d', '--quiet'],
  bsdtar: ['-x', '-f', '-'],
  busybox: ['cpio', '-i', '-d'],
} as const;
const found = await run('sh', ['-c', `for tool in ${Object.keys(tools).join(' ')}; do command -v $tool; done; true`]);
const [tool, args] = Object.entries(tools).find(([name]) => new RegExp(`/${name}$`, 'm').test(found)) ?? [];
const extractTest = tool === undefined ? test.skip : test;

test('a file is its header, its path and its bytes, each padded to four bytes', (t) => {
  const archive = writeCpio([{ path: 'ab', bytes: Buffer.from('hello') }]).toString('latin1');

  const numbers = ['00000001', '000081a4', '00000000', '00000000', '00000001', '00000000', '00000005'];
  const rest = ['00000000', '00000000', '00000000', '00000000', '00000003', '00000000'];
  const entry = `070701${[...numbers, ...rest].join('')}ab\0\0\0\0hello\0\0\0`;
  t.is(archive.slice(0, entry.length), entry);
  t.is(archive.slice(entry.length, entry.length + 6), '070701');
  t.regex(archive.slice(entry.length), /TRAILER!!!\0+$/);
  t.is(archive.length % 4, 0);
});

test('every directory comes once, and before what is in it', (t) => {
  const archive = writeCpio([
    { path: 'b/c/one', bytes: Buffer.alloc(0) },
    { path: 'b/two', bytes: Buffer.alloc(0) },
  ]).toString('latin1');

  t.deepEqual(archive.match(/[a-z/]+(?=\0)/g), ['b', 'b/c', 'b/c/one', 'b/two']);
});

extractTest('an archive unpacks to what was written', async (t) => {
  const dir = temporaryDir(t);
  const bytes = Buffer.from([...Array(4097).keys()].map((index) => index % 251));
  const path = join(dir, 'archive.cpio');
  writeFileSync(path, writeCpio([{ path: 'lib/firmware/x.bin', bytes }]));

  const extract = ['-c', 'archive=$1; shift; exec "$@" <"$archive"', 'sh', path, tool ?? '', ...(args ?? [])];
  await run('sh', extract, { cwd: dir });

  t.true(existsSync(join(dir, 'lib', 'firmware')));
  t.deepEqual(readFileSync(join(dir, 'lib', 'firmware', 'x.bin')), bytes);
});
