import { join } from 'node:path';
import test from 'ava';
import { repositoryRoot } from '../../../host/repository.js';
import { run } from '../../../process/run.js';

const script = `
const { installInterruptHandler, interruptSignal } = await import('./interrupt.js');
const { run } = await import('./run.js');
const { waitUntil } = await import('./wait-until.js');
installInterruptHandler();
const begun = run('sh', ['-c', 'sleep 0.5; echo begun'], { evenIfInterrupted: true });
const lost = run('sleep', ['60']).catch((error) => error.message);
process.kill(process.pid, 'SIGINT');
await waitUntil(() => interruptSignal.aborted, { what: 'the signal', deadlineMs: 10000, evenIfInterrupted: true });
console.log((await begun).trim());
console.log((await run('echo', ['after'], { evenIfInterrupted: true })).trim());
console.log(await run('echo', ['never']).catch((error) => error.message));
console.log(await lost);
`;

test('what puts something in order runs to its end after an interruption, and nothing else does', async (t) => {
  const said = await run(process.execPath, ['--input-type=module', '--eval', script], {
    cwd: join(repositoryRoot, 'dist', 'harness', 'process'),
  });

  const interrupted = 'interrupted: whatever was running has been ended';
  t.deepEqual(said.trim().split('\n'), ['begun', 'after', interrupted, interrupted]);
});
