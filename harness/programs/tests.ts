import { readCounts } from '../coverage/read-counts.js';
import { serve } from '../machine/serve.js';
import { slowVariable } from '../suites/slow.js';
import { testbedVariable } from '../suites/testbed-options.js';
import { matchArguments, runAva } from '../suites/run-ava.js';
import { testsProgram } from '../suites/tests-program.js';
import { resetDuring } from '../suites/reset-during.js';

/** How long AVA waits for the next test to end. */
const testTimeoutSeconds = 300;

await serve(testsProgram, async ({ entry, failFast, slow, match, nic, reset }, tell) => {
  // In one process and one after the other: they share the machine's devices and its list of sockets.
  const options = [
    '--serial',
    '--worker-threads',
    `--timeout=${testTimeoutSeconds}s`,
    ...(failFast ? ['--fail-fast'] : []),
  ];
  const run = (onLine: (line: string) => void): ReturnType<typeof runAva> =>
    runAva([...options, ...matchArguments(match), `dist/harness/suites/guest/${entry}.js`], {
      env: { ...(slow && { [slowVariable]: '1' }), ...(nic && { [testbedVariable]: JSON.stringify(nic) }) },
      onLine,
    });
  if (reset !== undefined) await resetDuring(run, reset);
  const { exitCode, stderr } = await run((line) => tell({ line }));
  return { exitCode, stderr, counts: readCounts() };
});
