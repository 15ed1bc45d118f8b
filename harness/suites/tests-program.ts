import * as z from 'zod';
import { defineProgram } from '../machine/program.js';
import { nicTestbedSchema } from './testbed-options.js';

const inputSchema = z
  .object({
    /** The file of suites/guest that names the tests. */
    entry: z
      .enum([
        'all-tests',
        'core-tests',
        'program-tests',
        'monitor-tests',
        'xdp-tests',
        'hold-tests',
        'short-tests',
        'short-driver-tests',
        'nic-tests',
        'nic-tests-several-buffers',
        'driver-tests',
        'module-tests',
        'passthrough-tests',
        'trace-tests',
        'verdict-tests',
      ])
      .default('all-tests'),
    /** End with the first test that fails. */
    failFast: z.boolean().default(false),
    /** The kernel is many times slower: more time, and fewer turns of what is only repeated. */
    slow: z.boolean().default(false),
    /** Only tests with such titles; * stands for any text. */
    match: z.string().optional(),
    nic: nicTestbedSchema.optional(),
    /**
     * The machine is reset, as by its reset button, when a test has passed, and runs the tests again from
     * the start. The marker is a file that outlives that.
     */
    reset: z.object({ marker: z.string() }).optional(),
  })
  .readonly();

export type TestsInput = z.input<typeof inputSchema>;
export type LineCounts = z.output<typeof testsProgram.output>['counts'];

/** The tests that need a FLASH kernel. What AVA says in TAP is told line by line. */
export const testsProgram = defineProgram({
  name: 'tests',
  input: inputSchema,
  event: z.object({ line: z.string() }),
  output: z.object({
    exitCode: z.number(),
    stderr: z.string(),
    /** What a kernel that counts the lines that run has counted: the paths of files for gcov, and their bytes in base64. */
    counts: z.array(z.object({ path: z.string(), bytes: z.base64() })),
  }),
});
