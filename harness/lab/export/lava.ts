import { stringify } from 'yaml';
import { FlashError } from '../../errors.js';
import { shellWord } from '../../host/shell-word.js';
import { neededPackages, testCommand, type Engine, type FarmJob, type Target } from './job.js';

/** A file for each job, for `lavacli jobs submit`. */
export const lava: Engine = {
  what: 'job definitions for LAVA, one a file',
  write: (jobs) =>
    jobs.map((job) => ({ path: `${job.name}.yaml`, text: stringify(definition(job), { lineWidth: 0 }) })),
};

const bootMinutes = 15;
const deployMinutes = 30;

function definition(job: FarmJob): object {
  const { target } = job;
  return {
    job_name: job.name,
    device_type: target.kind === 'qemu' ? 'qemu' : target.deviceType,
    // A type that is not called like the machine has others: the tag says which.
    ...(target.kind === 'machine' && target.deviceType !== target.machine.name && { tags: [target.machine.name] }),
    ...(target.kind === 'qemu' && { context: qemuContext(target) }),
    visibility: 'public',
    priority: 'medium',
    timeouts: {
      job: { minutes: deployMinutes + bootMinutes + job.minutes },
      action: { minutes: deployMinutes },
      connection: { minutes: 5 },
    },
    actions: [
      { deploy: target.kind === 'qemu' ? deployToQemu(job) : deployOverNetwork(job) },
      { boot: { ...bootMethod(target), timeout: { minutes: bootMinutes }, ...login } },
      { test: { timeout: { minutes: job.minutes }, definitions: [testDefinition(job)] } },
    ],
  };
}

const login = {
  prompts: ['root@(.*)[#$]'],
  auto_login: { login_prompt: 'login:', username: 'root' },
};

function qemuContext({ cpus, memoryMb }: Extract<Target, { kind: 'qemu' }>): object {
  return { arch: 'x86_64', cpu: 'max', memory: memoryMb, extra_options: ['-smp', cpus] };
}

function bootMethod(target: Target): object {
  return target.kind === 'qemu' ? { method: 'qemu', media: 'tmpfs' } : { method: target.bootMethod, commands: 'nfs' };
}

function deployToQemu(job: FarmJob): object {
  const { image, modules, rootfs } = requireBootable(job);
  const overlays = modules !== undefined && {
    format: 'ext4',
    overlays: { lava: true, modules: { ...artifact(modules), format: 'tar', path: '/' } },
  };
  return {
    to: 'tmpfs',
    os: 'debian',
    timeout: { minutes: deployMinutes },
    images: {
      kernel: { ...artifact(image), image_arg: '-kernel {kernel} -append "console=ttyS0,115200 root=/dev/vda rw"' },
      rootfs: { ...artifact(rootfs), image_arg: '-drive format=raw,if=virtio,file={rootfs}', ...overlays },
    },
  };
}

function deployOverNetwork(job: FarmJob): object {
  const { image, modules, rootfs } = requireBootable(job);
  return {
    to: 'tftp',
    os: 'debian',
    timeout: { minutes: deployMinutes },
    kernel: artifact(image),
    ...(modules !== undefined && { modules: artifact(modules) }),
    nfsrootfs: artifact(rootfs),
  };
}

/** LAVA boots a kernel and a root file system of the job, and installs nothing. */
function requireBootable({ name, kernel, rootfs }: FarmJob): {
  image: string;
  modules: string | undefined;
  rootfs: string;
} {
  const { image, modules } = kernel;
  if (image !== undefined && rootfs !== undefined) return { image, modules, rootfs };
  const missing = image === undefined ? '--kernel URL' : '--rootfs URL';
  throw new FlashError(
    'usage',
    `LAVA boots what a job names, and ${name} lacks a ${image === undefined ? 'kernel' : 'root file system'}`,
    {
      advice: `give ${missing}`,
    },
  );
}

const compressions: Readonly<Record<string, string>> = { xz: 'xz', gz: 'gz', zst: 'zstd', bz2: 'bz2', zip: 'zip' };

/** LAVA unpacks nothing that it is not told to. */
function artifact(url: string): object {
  const compression = compressions[/\.(\w+)(?:[?#].*)?$/.exec(url)?.[1] ?? ''];
  return compression === undefined ? { url } : { url, compression };
}

/** Gets the harness, and runs the tests. */
export function testDefinition(job: FarmJob): object {
  const { url, revision } = job.repository;
  return {
    from: 'inline',
    name: 'flash',
    path: 'inline/flash.yaml',
    repository: {
      metadata: {
        format: 'Lava-Test Test Definition 1.0',
        name: 'flash',
        description: `npm test -- ${job.test}`,
      },
      install: { deps: [...neededPackages] },
      run: {
        steps: [
          `git clone --quiet ${shellWord(url)} flash`,
          'cd flash',
          `git checkout --quiet ${shellWord(revision)}`,
          // A step that fails would end the others, and the results have been told.
          `${testCommand(job)} || true`,
        ],
      },
    },
  };
}
