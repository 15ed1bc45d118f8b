import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { gib } from '../../../../host/disk.js';
import { labelOf, neededBytes, planOf } from '../../../../kernel/build/plan.js';
import type { KernelConfig } from '../../../../kernel/configs.js';
import { temporaryDir } from '../../support/tiny-repository.js';

for (const [config, label] of [
  ['server', 'server'],
  ['/home/me/my.config', 'file-my'],
  ['/boot/config-6.1.0-28-amd64', 'file-6.1.0-28-amd64'],
  ['/proc/config.gz', 'file-config'],
  ['/home/me/My Box (new).config', 'file-my-box-new'],
  ['/home/me/.config', 'file'],
  ['/home/me/server.config', 'file-server'],
  [`/home/me/${'x'.repeat(200)}`, `file-${'x'.repeat(24)}`],
] as const) {
  test(`a build of ${config.slice(0, 40)} is called ${label}, as a package may be`, (t) => {
    t.is(labelOf(config), label);
    t.regex(label, /^[a-z0-9][a-z0-9+.-]+$/);
  });
}

/** A configuration of so many symbols, as a distribution has thousands. */
function needed(t: ExecutionContext, symbols: number, more = ''): number {
  const path = join(temporaryDir(t), 'x.config') as KernelConfig;
  const lines = Array.from({ length: symbols }, (_, number) => `CONFIG_X${number}=m\n`);
  writeFileSync(path, lines.join('') + more);
  return neededBytes(planOf({ config: path }));
}

test('a large configuration needs more room on the disk, and most with debug information', (t) => {
  const [small, large, debug] = [needed(t, 500), needed(t, 6500), needed(t, 6500, 'CONFIG_DEBUG_INFO=y\n')];

  t.true(small < gib(4));
  t.true(large > gib(7) && large < gib(12));
  t.true(debug > gib(20));
});
