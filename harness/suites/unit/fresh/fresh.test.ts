import { writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import test from 'ava';
import { FlashError } from '../../../errors.js';
import { findFreshArchive, pocketsOf, type Suite } from '../../../fresh/archive.js';
import { majorOf } from '../../../fresh/node.js';
import { aptSettings, carriedVariables } from '../../../fresh/settings.js';
import { withTemporaryDir } from '../../../host/temporary.js';

const debian = [
  'Packages|bookworm|http://mirror.example/debian/',
  'Packages|bookworm-updates|http://mirror.example/debian/',
  'Packages|bookworm-security|http://security.example/debian-security/',
].join('\n');
const ubuntu = 'Packages|noble|http://mirror.example/ubuntu\nPackages|noble-security|http://security.example/ubuntu';

for (const { title, targets, machine, suite, expected } of [
  {
    title: 'another suite comes from where each part of its own comes from',
    targets: debian,
    machine: ['debian', 'bookworm'],
    suite: 'trixie',
    expected: [
      'http://mirror.example/debian/ trixie',
      'http://mirror.example/debian/ trixie-updates',
      'http://security.example/debian-security/ trixie-security',
    ],
  },
  {
    title: 'Ubuntu is looked for beside Debian',
    targets: debian,
    machine: ['debian', 'bookworm'],
    suite: 'noble',
    expected: [
      'http://mirror.example/ubuntu/ noble',
      'http://mirror.example/ubuntu/ noble-updates',
      'http://mirror.example/ubuntu/ noble-security',
    ],
  },
  {
    title: 'Debian is looked for beside Ubuntu',
    targets: ubuntu,
    machine: ['ubuntu', 'noble'],
    suite: 'trixie',
    expected: [
      'http://mirror.example/debian trixie',
      'http://mirror.example/debian trixie-updates',
      'http://mirror.example/debian-security trixie-security',
    ],
  },
  {
    title: 'a machine without apt sources has none',
    targets: '',
    machine: ['debian', 'bookworm'],
    suite: 'trixie',
    expected: [],
  },
] satisfies readonly {
  title: string;
  targets: string;
  machine: readonly [string, string];
  suite: Suite;
  expected: readonly string[];
}[]) {
  test(`the archive of a fresh system: ${title}`, (t) => {
    const [id, codename] = machine;

    t.deepEqual(
      pocketsOf(targets, { id, codename }, suite).map((pocket) => `${pocket.uri} ${pocket.suite}`),
      [...expected],
    );
  });
}

test.serial('a suite whose archive cannot be had is refused in one sentence', (t) =>
  withTemporaryDir(tmpdir(), async (dir) => {
    writeFileSync(
      join(dir, 'apt-get'),
      '#!/bin/sh\n. /etc/os-release\necho "Packages|$VERSION_CODENAME|file:///nowhere/$ID/"\n',
      { mode: 0o755 },
    );
    const path = process.env['PATH'] ?? '';
    process.env['PATH'] = `${dir}${delimiter}${path}`;
    t.teardown(() => (process.env['PATH'] = path));

    const error = await t.throwsAsync(findFreshArchive('noble', dir), { instanceOf: FlashError });

    t.is((error as FlashError).kind, 'noNetwork');
    t.regex(
      error?.message ?? '',
      /^Ubuntu noble cannot be tried here, as its archive cannot be had: .*nowhere.*ubuntu.*dists.noble.InRelease/,
    );
  }),
);

test('proxies, certificates and package indexes carry over into a folder, and nothing else', (t) => {
  const carried = {
    https_proxy: 'p',
    NO_PROXY: 'p',
    NODE_EXTRA_CA_CERTS: 'c',
    SSL_CERT_FILE: 'c',
    GIT_SSL_CAINFO: 'c',
    CURL_CA_BUNDLE: 'c',
    PIP_INDEX_URL: 'i',
    npm_config_registry: 'r',
  };
  const others = {
    HOME: 'h',
    PATH: 'p',
    FLASH_CACHE: 'c',
    npm_config_cache: 'c',
    npm_config_prefix: 'p',
    npm_lifecycle_event: 'e',
    SECRET_TOKEN: 's',
  };

  t.deepEqual(carriedVariables({ ...carried, ...others }).sort(), Object.keys(carried).sort());
});

test("apt's proxies, certificates and date checks carry over, and none of its hooks", (t) => {
  const dump = [
    'APT::Update::Post-Invoke-Success:: "hook";',
    'Acquire::http::Proxy "http://proxy.example";',
    'Acquire::https::CAInfo "/some.crt";',
    'Acquire::Check-Valid-Until "false";',
    'Acquire::IndexTargets::deb::DEP-11 "";',
    'DPkg::Pre-Install-Pkgs:: "hook";',
  ].join('\n');

  t.deepEqual(aptSettings(dump).split('\n'), [
    'Acquire::http::Proxy "http://proxy.example";',
    'Acquire::https::CAInfo "/some.crt";',
    'Acquire::Check-Valid-Until "false";',
    '',
  ]);
});

test('the Node of a suite is known by its candidate', (t) => {
  t.is(majorOf('nodejs:\n  Installed: (none)\n  Candidate: 20.19.2+dfsg-1\n  Version table:\n'), 20);
  t.is(majorOf('nodejs:\n  Installed: (none)\n  Candidate: 2:18.19.0-1\n'), 18);
  t.is(majorOf('nodejs:\n  Installed: (none)\n  Candidate: (none)\n'), 0);
});
