import { stringify } from 'yaml';
import { FlashError } from '../../errors.js';
import { readFragments } from '../../kernel/build/config.js';
import { testDefinition } from './lava.js';
import type { Engine, FarmJob, Target } from './job.js';

/** What a KernelCI pipeline has to know besides. */
export interface Pipeline {
  /** The git tree that has the series applied, and its branch. */
  readonly tree: string;
  readonly branch: string;
  /** The container that the pipeline compiles in, as its other jobs name it. */
  readonly buildImage: string;
  /** The lab that runs the jobs, as the pipeline calls it. */
  readonly runtime: string;
}

const kbuild = 'kbuild-x86-flash';

/** Files for the `config` folder of a KernelCI pipeline whose labs run LAVA. */
export function kernelci(pipeline: Pipeline): Engine {
  return {
    what: 'configuration and templates for a KernelCI pipeline',
    write: (jobs) => [
      {
        path: 'flash.yaml',
        text: stringify(configuration(jobs, pipeline), { lineWidth: 0, aliasDuplicateObjects: false }),
      },
      ...jobs.flatMap((job) => [
        { path: `runtime/${job.name}.jinja2`, text: jobTemplate(job) },
        { path: `runtime/tests/${job.name}.jinja2`, text: testTemplate(job) },
      ]),
    ],
  };
}

function configuration(jobs: readonly FarmJob[], { tree, branch, buildImage, runtime }: Pipeline): object {
  return {
    trees: { flash: { url: tree } },
    build_configs: { flash: { tree: 'flash', branch, architectures: ['x86_64'] } },
    fragments: { flash: { path: 'kernel/configs/flash.config', configs: symbols() } },
    platforms: Object.assign({}, ...jobs.map(({ target }) => platform(target))),
    // The pipeline's own check wants them in the order of the alphabet.
    jobs: sorted([[kbuild, buildJob(buildImage)], ...jobs.map((job) => [job.name, testJob(job)] as const)]),
    scheduler: [
      {
        job: kbuild,
        event: { channel: 'node', kind: 'checkout', state: 'available' },
        runtime: { type: 'kubernetes' },
      },
      ...jobs.map(({ name, target }) => ({
        job: name,
        event: { channel: 'node', kind: 'kbuild', name: kbuild, state: 'available' },
        runtime: { type: 'lava', name: runtime },
        platforms: [platformName(target)],
      })),
    ],
  };
}

/** FLASH, and what its tests take that a defconfig has not. */
function symbols(): readonly string[] {
  const needed = ['BPF_SYSCALL', 'BPF_JIT', 'XDP_SOCKETS', 'VETH', 'NET_NS', 'DEBUG_INFO_BTF'];
  const [flash] = readFragments(['flash']);
  const own = flash?.text.split('\n').filter((line) => line.startsWith('CONFIG_')) ?? [];
  return [...needed.map((name) => `CONFIG_${name}=y`), ...own];
}

/** Pipelines have a QEMU. */
function platformName(target: Target): string {
  return target.kind === 'qemu' ? 'qemu-x86_64' : target.deviceType;
}

function platform(target: Target): object {
  if (target.kind === 'qemu') return {};
  return { [target.deviceType]: { arch: 'x86_64', boot_method: target.bootMethod, mach: 'x86' } };
}

function buildJob(image: string): object {
  const params = { arch: 'x86_64', compiler: 'gcc', defconfig: 'x86_64_defconfig', fragments: ['flash'] };
  return { template: 'kbuild.jinja2', kind: 'kbuild', image, params, rules: { tree: ['flash'] } };
}

function testJob({ name, target, rootfs, minutes }: FarmJob): object {
  if (rootfs === undefined) {
    throw new FlashError('usage', `KernelCI boots what a job names, and ${name} lacks a root file system`, {
      advice: 'give --rootfs URL',
    });
  }
  const system = target.kind === 'qemu' ? { ramdisk: rootfs } : { boot_commands: 'nfs', nfsroot: rootfs };
  return {
    template: `${name}.jinja2`,
    kind: 'job',
    params: { ...system, job_timeout: minutes },
    rules: { tree: ['flash'] },
    kcidb_test_suite: 'flash',
  };
}

function jobTemplate({ name }: FarmJob): string {
  return `{%- set test_method = '${name}' %}
{%- set base_template = 'base/' + runtime + '.jinja2' %}
{%- extends base_template %}
`;
}

/** What LAVA is told to run, in the place that its template has for that. */
function testTemplate(job: FarmJob): string {
  const definitions = stringify([testDefinition(job)], { lineWidth: 0 }).trimEnd();
  return `- test:
    timeout:
      minutes: {{ test_timeout }}
    definitions:
{%- raw %}
${definitions.replaceAll(/^/gm, '    ')}
{%- endraw %}
`;
}

function sorted<Value>(entries: readonly (readonly [string, Value])[]): Readonly<Record<string, Value>> {
  return Object.fromEntries([...entries].sort(([a], [b]) => (a < b ? -1 : 1)));
}
