import { copyFileSync, existsSync, writeFileSync } from 'node:fs';
import { basename, join, relative, resolve } from 'node:path';
import { tmpdir } from 'node:os';
import * as z from 'zod';
import { withTemporaryDir } from '../host/temporary.js';
import { run } from '../process/run.js';
import type { LineCounts } from '../suites/tests-program.js';

/** What gcov says of an object, in JSON: gcov(1). */
const gcovSchema = z.object({
  files: z.array(
    z.object({
      file: z.string(),
      lines: z.array(z.object({ line_number: z.number(), count: z.number(), function_name: z.string().optional() })),
    }),
  ),
});

/** How often a line has run, in whatever object it is, and the function that it is in. */
export interface Line {
  readonly count: number;
  readonly fn: string;
}

/** By file, from the root of the source, and number of the line: those that have code. */
export type Lines = Map<string, Map<number, Line>>;

/** Adds what a kernel that was built in `buildDir` of the source in `sourceDir` has counted. */
export async function addCounts(
  lines: Lines,
  counts: LineCounts,
  { buildDir, sourceDir }: { readonly buildDir: string; readonly sourceDir: string },
): Promise<void> {
  await withTemporaryDir(tmpdir(), async (dir) => {
    for (const { path, bytes } of counts) {
      const notes = path.replace(/\.gcda$/, '.gcno');
      if (!existsSync(notes)) continue;
      copyFileSync(notes, join(dir, basename(notes)));
      writeFileSync(join(dir, basename(path)), Buffer.from(bytes, 'base64'));
      const text = await run('gcov', ['--json-format', '--stdout', join(dir, basename(path))], { cwd: buildDir });
      for (const { file, lines: found } of gcovSchema.parse(JSON.parse(text)).files) {
        const name = relative(sourceDir, resolve(buildDir, file));
        const known = lines.get(name) ?? new Map<number, Line>();
        for (const { line_number: number, count, function_name: fn = '' } of found)
          known.set(number, { count: (known.get(number)?.count ?? 0) + count, fn: known.get(number)?.fn ?? fn });
        lines.set(name, known);
      }
    }
  });
}
