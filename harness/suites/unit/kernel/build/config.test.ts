import test from 'ava';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { kernelDir } from '../../../../host/repository.js';
import { findUnmet, parseConfig, readFragments } from '../../../../kernel/build/config.js';
import { guestConfigs, fragmentsOf } from '../../../../kernel/configs.js';

const fragments = [
  { name: 'one.config', text: '# a heading\nCONFIG_A=y\nCONFIG_S="text"\n' },
  { name: 'two.config', text: 'CONFIG_B=n\n# CONFIG_C is not set\n' },
];

test('a configuration that has every line of every fragment is accepted', (t) => {
  t.deepEqual(findUnmet(fragments, 'CONFIG_A=y\nCONFIG_S="text"\n# CONFIG_B is not set\n'), []);
});

const misses: readonly { title: string; config: string; expected: object }[] = [
  {
    title: 'that is missing',
    config: 'CONFIG_S="text"\n',
    expected: { fragment: 'one.config', symbol: 'CONFIG_A', wanted: 'y', actual: 'n' },
  },
  {
    title: 'with another value',
    config: 'CONFIG_A=y\nCONFIG_S="other"\n',
    expected: { fragment: 'one.config', symbol: 'CONFIG_S', wanted: '"text"', actual: '"other"' },
  },
  {
    title: 'that was to be off',
    config: 'CONFIG_A=y\nCONFIG_S="text"\nCONFIG_C=y\n',
    expected: { fragment: 'two.config', symbol: 'CONFIG_C', wanted: 'n', actual: 'y' },
  },
];

for (const { title, config, expected } of misses) {
  test(`a symbol ${title} is reported with its fragment`, (t) => {
    t.deepEqual(findUnmet(fragments, config), [expected]);
  });
}

test('every config is made of fragments that exist', (t) => {
  for (const config of guestConfigs) {
    for (const name of fragmentsOf(config, true)) t.true(existsSync(join(kernelDir, 'config', `${name}.config`)), name);
  }
});

test('no two fragments of a config want different values of one symbol', (t) => {
  for (const config of guestConfigs) {
    const all = readFragments(fragmentsOf(config, true));
    const merged = all.map(({ text }) => text).join('\n');
    const last = [...parseConfig(merged)].map(([symbol, value]) => `${symbol}=${value}`).join('\n');
    t.deepEqual(findUnmet(all, last), []);
  }
});

test('a vanilla build asks for no symbol of FLASH', (t) => {
  for (const config of guestConfigs) {
    for (const { text } of readFragments(fragmentsOf(config, false))) t.notRegex(text, /^CONFIG_\w*FLASH/m);
  }
});
