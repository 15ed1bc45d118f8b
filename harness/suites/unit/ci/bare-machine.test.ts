import { join } from 'node:path';
import test from 'ava';
import { repositoryRoot } from '../../../host/repository.js';
import { run } from '../../../process/run.js';

/** Before the program: prints, when it ends, which libraries it has open. */
const showLibraries =
  'data:text/javascript,import{readFileSync}from"node:fs";process.on("exit",()=>console.log(readFileSync("/proc/self/maps","utf8")))';

for (const library of ['libbpf', 'libxdp']) {
  test(`commands that only look do not open ${library}, which a machine may not have yet`, async (t) => {
    const output = await run(process.execPath, [
      '--import',
      showLibraries,
      join(repositoryRoot, 'dist', 'harness', 'cli.js'),
      '--help',
    ]);

    t.true(output.includes('doctor'));
    t.true(output.includes('libc.so.6'));
    t.false(output.includes(library));
  });
}
