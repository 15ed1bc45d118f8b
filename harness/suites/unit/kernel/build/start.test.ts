import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import test, { type ExecutionContext } from 'ava';
import { FlashError } from '../../../../errors.js';
import { startOf, type MachineFiles, type Start } from '../../../../kernel/build/start.js';
import type { KernelConfig } from '../../../../kernel/configs.js';
import { temporaryDir, writeFiles } from '../../support/tiny-repository.js';

const header = '#\n# Linux/x86 6.12.117 Kernel Configuration\n#\n';
const config = `${header}CONFIG_64BIT=y\nCONFIG_NET=y\nCONFIG_E1000E=m\n`;

/** A machine of its own; nothing of the one that runs the test. */
function machine(t: ExecutionContext, files: Readonly<Record<string, string | Buffer>>): MachineFiles {
  const dir = temporaryDir(t);
  for (const [name, content] of Object.entries(files)) writeFileSync(join(dir, name), content);
  return { configs: [join(dir, 'config.gz'), join(dir, 'config-6.1.0')], modules: join(dir, 'modules') };
}

function textOf(start: Start): string | undefined {
  return 'text' in start ? start.text : undefined;
}

test('guests start from nothing, and a server from what the kernel has as its default', (t) => {
  t.deepEqual(startOf('lean'), { target: 'allnoconfig' });
  t.deepEqual(startOf('debug'), { target: 'allnoconfig' });
  t.deepEqual(startOf('server'), { target: 'defconfig' });
});

test("the running kernel's configuration is what the kernel itself says", (t) => {
  const files = machine(t, { 'config.gz': gzipSync(config), 'config-6.1.0': `${header}CONFIG_OLD=y\n` });

  const start = startOf('running', files);

  t.is(textOf(start), config);
  t.like(start, { origin: files.configs[0], loaded: undefined });
});

test('the running kernel that does not say its configuration has it in /boot', (t) => {
  t.is(textOf(startOf('running', machine(t, { 'config-6.1.0': config }))), config);
});

test('loaded modules are kept, and those that FLASH is tried with', (t) => {
  const modules = 'nvme 65536 2 - Live 0x0\nigc 200704 0 ptp,nvme Live 0x0\n';
  const start = startOf('localmod', machine(t, { 'config.gz': gzipSync(config), modules }));

  t.true('loaded' in start);
  const { loaded = [] } = start as { loaded?: readonly string[] };
  for (const name of ['nvme', 'igc', 'veth']) t.true(loaded.includes(name), name);
});

test('modules that were loaded in another order are the same', (t) => {
  const [one, other] = ['nvme 1 0\nigc 2 0\n', 'igc 2 5\nnvme 1 1\n'].map((modules) =>
    startOf('localmod', machine(t, { 'config.gz': gzipSync(config), modules })),
  ) as [Start, Start];

  t.deepEqual({ ...one, origin: '' }, { ...other, origin: '' });
});

for (const [what, content] of [
  ['plain', config],
  ['compressed', gzipSync(config)],
] as const) {
  test(`a file may be ${what}`, (t) => {
    const path = join(temporaryDir(t), 'my.config');
    writeFileSync(path, content);

    t.is(textOf(startOf(path as KernelConfig)), config);
  });
}

test("what a distribution's configuration says about its own build is left out", (t) => {
  const path = join(temporaryDir(t), 'debian.config');
  const own = [
    'CONFIG_SYSTEM_TRUSTED_KEYS="debian/canonical-certs.pem"',
    'CONFIG_SYSTEM_REVOCATION_KEYS="debian/canonical-revoked-certs.pem"',
    'CONFIG_MODULE_SIG_KEY="/secret/key.pem"',
    'CONFIG_LOCALVERSION="-generic"',
    'CONFIG_BUILD_SALT="6.12.117-1-amd64"',
  ];
  writeFileSync(path, `${config}${own.join('\n')}\nCONFIG_SYSTEM_TRUSTED_KEYRING=y\n`);

  t.is(textOf(startOf(path as KernelConfig)), `${config}CONFIG_SYSTEM_TRUSTED_KEYRING=y\n`);
});

const refusals: readonly { title: string; content: string | Buffer; says: RegExp }[] = [
  { title: 'that is empty', content: '', says: /is no kernel configuration: no line of it sets a CONFIG_ symbol/ },
  { title: 'that is a program', content: Buffer.from('\x7fELF\0\0CONFIG_A=y\n'), says: /is no kernel configuration/ },
  { title: 'that is a list of patches', content: '# a\nfirst.patch\n', says: /is no kernel configuration/ },
  {
    title: 'of another architecture',
    content: '# Linux/arm64 6.12.1 Kernel Configuration\nCONFIG_64BIT=y\n',
    says: /is for arm64, and kernels are built for x86-64 here/,
  },
  {
    title: 'for 32 bits',
    content: `${header}# CONFIG_64BIT is not set\nCONFIG_NET=y\n`,
    says: /is for 32-bit processors/,
  },
  ...['NET', 'BPF_SYSCALL', 'SYSFS'].map((symbol) => ({
    title: `without ${symbol}`,
    content: `${header}CONFIG_64BIT=y\n# CONFIG_${symbol} is not set\n`,
    says: new RegExp(`has no CONFIG_${symbol}, and AF_XDP needs`),
  })),
];

for (const { title, content, says } of refusals) {
  test(`a file ${title} is refused`, (t) => {
    const path = join(temporaryDir(t), 'x.config');
    writeFileSync(path, content);

    const error = t.throws(() => startOf(path as KernelConfig), { instanceOf: FlashError });

    t.is(error?.kind, 'usage');
    t.true(error?.message.includes(path));
    t.regex(error?.message ?? '', says);
  });
}

test('a file that is gone, and a folder, are refused by name', (t) => {
  const dir = temporaryDir(t);
  mkdirSync(join(dir, 'folder.config'));

  for (const [name, says] of [
    ['none.config', /cannot be read \(ENOENT\)/],
    ['folder.config', /cannot be read \(EISDIR\)/],
  ] as const) {
    const error = t.throws(() => startOf(join(dir, name) as KernelConfig), { instanceOf: FlashError });
    t.is(error?.kind, 'usage');
    t.regex(error?.message ?? '', says);
  }
});

test('a running kernel without a configuration says where it was looked for and what to do', (t) => {
  const files = machine(t, {});

  const error = t.throws(() => startOf('running', files), { instanceOf: FlashError });

  t.is(error?.kind, 'usage');
  for (const path of files.configs) t.true(error?.message.includes(path));
  t.regex(error?.details.advice ?? '', /--config server|--config FILE/);
});

for (const [title, files] of [
  ['that loads no modules', {}],
  ['that has loaded none', { modules: '' }],
] as const) {
  test(`a kernel ${title} has no loaded modules to build`, (t) => {
    const error = t.throws(() => startOf('localmod', machine(t, { 'config.gz': gzipSync(config), ...files })), {
      instanceOf: FlashError,
    });

    t.is(error?.kind, 'usage');
    t.regex(error?.details.advice ?? '', /--config running/);
  });
}

test('an unreadable configuration of the running kernel is named', (t) => {
  const dir = temporaryDir(t);
  writeFiles(dir, { 'config.gz/x': '' });

  const error = t.throws(() => startOf('running', { configs: [join(dir, 'config.gz')], modules: '' }), {
    instanceOf: FlashError,
  });

  t.regex(error?.message ?? '', /config\.gz cannot be read \(EISDIR\)/);
});
