import test from 'ava';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { cruise, type ICruiseResult, type IForbiddenRuleType } from 'dependency-cruiser';
import { repositoryRoot } from '../../host/repository.js';

/** A folder of the harness, which in a checkout with a # in its name is called ../NAME/harness. */
const below = (folders: string): string => `(?:^|/)harness/(?:${folders})/`;
const belowLayers = (layers: readonly string[]): string =>
  layers.map((layer) => (layer.startsWith('nf/') ? `(?:^|/)${layer}/` : below(layer))).join('|');

const rules: readonly IForbiddenRuleType[] = [
  { name: 'no import cycles', from: {}, to: { circular: true } },
  { name: 'koffi only below harness/ffi', from: { pathNot: below('ffi|suites') }, to: { path: 'node_modules/koffi' } },
  {
    name: 'zx only below harness/process',
    from: { pathNot: below('process') },
    to: { path: 'node_modules/zx', dependencyTypesNot: ['type-only'] },
  },
  {
    name: 'nothing else starts programs',
    from: { pathNot: below('process') },
    to: { path: '^(node:)?child_process$' },
  },
];

/**
 * The folders from the lowest to the highest: each may use those before it. Unit tests may use all. Those of
 * nf/ are named with it, those of the harness without.
 */
const layers = [
  ...[
    'process',
    'host',
    'apt',
    'flash',
    'kernel/source',
    'kernel/series',
    'kernel/build',
    'kernel/packages',
    'kernel/check',
    'qemu',
    'nics',
    'passthrough',
    'machine',
    'native',
    'ffi',
    'nf/typescript',
    'nf/examples',
    'xdp',
    'chains',
    'nf/monitor',
  ],
  ...[
    'demo',
    'bench',
    'soak',
    'fresh',
    'prove',
    'suites',
    'coverage',
    'parity',
    'lab',
    'virtual-lab',
    'programs',
    'mutants',
    'bisect',
    'commands',
  ],
] as const;

/** It runs where there is neither a compiler nor a guest, from what is compiled. */
const forAnyMachine: IForbiddenRuleType = {
  name: 'the tool for chains reaches nothing that builds or boots',
  from: { path: below('chains|commands/flash') },
  to: {
    path: below(
      'kernel|qemu|nics|passthrough|machine|native|demo|bench|fresh|suites|parity|lab|virtual-lab|mutants|bisect',
    ),
    reachable: true,
  },
};

/** Nor does a function of a chain, which is the program of somebody else. */
const forAnyUser: IForbiddenRuleType = {
  name: 'network functions reach nothing that starts programs, builds or boots',
  from: { path: belowLayers(['nf/typescript', 'nf/examples']) },
  to: { path: `${forAnyMachine.to.path}|${below('process')}`, reachable: true },
};

/** Programs are run and not imported: their contracts are elsewhere. */
const notImported: readonly IForbiddenRuleType[] = [
  { name: 'nothing imports a program', from: {}, to: { path: below('programs') } },
];

const upwards: readonly IForbiddenRuleType[] = layers.map((layer, at) => ({
  name: `what is above ${layer} is not for it`,
  from: { path: belowLayers([layer]), pathNot: below('suites/unit') },
  to: { path: belowLayers(layers.slice(at + 1)) },
}));

test('modules import only what the structure of the harness allows', async (t) => {
  const { output } = await cruise(['harness', 'nf'], {
    baseDir: repositoryRoot,
    tsPreCompilationDeps: true,
    doNotFollow: { path: 'node_modules' },
    validate: true,
    ruleSet: {
      forbidden: [...rules, forAnyMachine, forAnyUser, ...notImported, ...upwards.slice(0, -1)].map((rule) => ({
        ...rule,
        severity: 'error' as const,
      })),
    },
  });

  const { modules, summary } = output as ICruiseResult;
  t.true(
    modules.some(({ source }) => source.endsWith('harness/cli.ts')),
    'it looked at the harness',
  );
  t.deepEqual(
    summary.violations.map(({ rule, from, to }) => `${rule.name}: ${from} -> ${to}`),
    [],
  );
});

/** How a program would be named: in TypeScript as a string, in a shell or a makefile at the beginning of a command. */
const callsGit = [
  { files: /^(?:harness|nf)\/.*\.ts$/, pattern: /(['"`])git\1/ },
  {
    files: /^(?:\.?ci\/[^/]+|.*\.sh|(?:.*\/)?Makefile)$/,
    pattern: /(?:^|[;&|(`]|\b(?:if|then|do|exec)\s)[\t @!-]*git[ \t]+[-a-z]/m,
  },
] as const;

test('every folder of the harness has its layer', (t) => {
  const folders = readdirSync(join(repositoryRoot, 'harness'), { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => name);
  const ofHarness = layers.filter((layer) => !layer.startsWith('nf/'));

  t.deepEqual([...new Set(ofHarness.map((layer) => layer.split('/')[0]))].sort(), folders.sort());
});

test('every folder of nf with modules has its layer', (t) => {
  const folders = readdirSync(join(repositoryRoot, 'nf'), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts'))
    .map((name) => `nf/${name.split('/')[0]}`);

  t.deepEqual([...new Set(folders)].sort(), layers.filter((layer) => layer.startsWith('nf/')).sort());
});

test('git is called in one place alone', (t) => {
  const top = ['harness', 'nf', 'vm-images', 'bpf', 'ci', '.ci', 'kernel'];
  const namesIn = (dir: string) => readdirSync(join(repositoryRoot, dir), { recursive: true, encoding: 'utf8' });
  const textOf = (file: string): string => readFileSync(join(repositoryRoot, file), 'utf8');

  const calling = top
    .flatMap((dir) => namesIn(dir).map((name) => `${dir}/${name}`))
    .filter((file) => callsGit.some(({ files, pattern }) => files.test(file) && pattern.test(textOf(file))));

  t.deepEqual(calling, ['harness/kernel/git.ts']);
});
