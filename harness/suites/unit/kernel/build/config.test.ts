import test from 'ava';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { kernelDir } from '../../../../host/repository.js';
import { findUnmet, parseConfig, readFragments } from '../../../../kernel/build/config.js';
import { knownBases, loadBase } from '../../../../kernel/source/base.js';
import { configNames, fragmentsOf, machineConfigs } from '../../../../kernel/configs.js';
import { temporaryDir, writeFiles } from '../../support/tiny-repository.js';

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
  for (const config of configNames) {
    for (const name of fragmentsOf(config, true)) t.true(existsSync(join(kernelDir, 'config', `${name}.config`)), name);
  }
});

test('no two fragments of a config want different values of one symbol', (t) => {
  for (const config of configNames) {
    const all = readFragments(fragmentsOf(config, true));
    const merged = all.map(({ text }) => text).join('\n');
    const last = [...parseConfig(merged)].map(([symbol, value]) => `${symbol}=${value}`).join('\n');
    t.deepEqual(findUnmet(all, last), []);
  }
});

test('no fragment names a symbol twice', (t) => {
  for (const config of configNames) {
    for (const { name, text } of readFragments(fragmentsOf(config, true))) {
      const symbols: readonly string[] = text.match(/^CONFIG_\w+(?==)/gm) ?? [];
      t.deepEqual(
        symbols.filter((symbol, index) => symbols.indexOf(symbol) !== index),
        [],
        name,
      );
    }
  }
});

test('every kernel that is installed has AF_XDP and FLASH built in, whatever it starts from', (t) => {
  for (const config of [...machineConfigs, '/some/file'] as const) {
    const merged = readFragments(fragmentsOf(config, true));
    const values = parseConfig(merged.map(({ text }) => text).join('\n'));
    t.is(values.get('CONFIG_XDP_SOCKETS'), 'y');
    t.is(values.get('CONFIG_XDP_SOCKETS_FLASH'), 'y');
  }
});

test('the drivers that have FLASH patches are modules on a server, whatever its base', (t) => {
  for (const base of knownBases()) {
    const [server] = readFragments(['server'], loadBase(base).config);
    const values = parseConfig(server?.text ?? '');

    for (const driver of ['IXGBE', 'I40E', 'ICE', 'MLX5_CORE', 'IGB', 'VIRTIO_NET'])
      t.is(values.get(`CONFIG_${driver}`), 'm', `${driver} on ${base}`);
  }
});

test('a vanilla build asks for no symbol of FLASH', (t) => {
  for (const config of configNames) {
    for (const { text } of readFragments(fragmentsOf(config, false))) t.notRegex(text, /^CONFIG_\w*FLASH/m);
  }
});

test('a symbol that a base calls otherwise is asked for by that name, and one that it does without not at all', (t) => {
  const dir = temporaryDir(t);
  writeFiles(dir, {
    'lean.config': '# Scheduling\nCONFIG_OLD=y\n# CONFIG_OLD_TOO is not set\nCONFIG_GONE=y\nCONFIG_KEPT=m\n',
  });

  const [fragment] = readFragments(
    ['lean'],
    { CONFIG_OLD: 'CONFIG_NEW', CONFIG_OLD_TOO: 'CONFIG_NEW_TOO', CONFIG_GONE: null },
    dir,
  );

  t.is(fragment?.text, '# Scheduling\nCONFIG_NEW=y\n# CONFIG_NEW_TOO is not set\nCONFIG_KEPT=m\n');
});
