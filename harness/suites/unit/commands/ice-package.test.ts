import { join } from 'node:path';
import test from 'ava';
import { repositoryRoot } from '../../../host/repository.js';
import { attempt } from '../../../process/run.js';

const bootingCommands = [['demo'], ['shell'], ['test', 'nic'], ['test', 'chaos']] as const;

for (const command of bootingCommands) {
  test(`${command.join(' ')} refuses a package for ice that there is not before it does anything`, async (t) => {
    const env = { FLASH_ICE_PACKAGE: 'nowhere/ice.pkg', FLASH_CALLER_DIR: '/home/someone' };
    const { exitCode, stdout, stderr } = await attempt(
      process.execPath,
      [join(repositoryRoot, 'dist', 'harness', 'cli.js'), ...command],
      { env },
    );

    t.is(exitCode, 2);
    t.is(stdout, '');
    t.regex(
      stderr,
      /FLASH_ICE_PACKAGE names \/home\/someone\/nowhere\/ice\.pkg, and there is no such file\n {2}name a DDP/,
    );
  });
}
