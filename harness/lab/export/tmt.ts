import { stringify } from 'yaml';
import { FlashError } from '../../errors.js';
import { shellWord } from '../../host/shell-word.js';
import type { LabMachine } from '../inventory/inventory.js';
import { neededPackages, testCommand, type Engine, type FarmJob } from './job.js';

/** A plan for each job, in a tree of metadata of its own. */
export const tmt: Engine = {
  what: 'plans for tmt, in one file',
  write: (jobs) => [
    { path: '.fmf/version', text: '1\n' },
    {
      path: 'plans.fmf',
      text: stringify(Object.fromEntries(jobs.map((job) => [`/${job.name}`, plan(job)])), { lineWidth: 0 }),
    },
  ],
};

function plan(job: FarmJob): object {
  const { target, kernel, repository } = job;
  if (kernel.image !== undefined)
    throw new FlashError('usage', `tmt installs packages, and boots no kernel image such as ${kernel.image}`, {
      advice:
        'give the packages of `npm run build-kernel -- --package deb` with --package URL, or nothing if the machine has FLASH',
    });
  const prepare = kernel.packages.length === 0 ? {} : { prepare: installKernel(kernel.packages) };
  return {
    summary: `npm test -- ${job.test}`,
    provision: target.kind === 'qemu' ? virtual(job) : connect(target.machine),
    ...prepare,
    discover: {
      how: 'shell',
      url: repository.url,
      ref: repository.revision,
      'keep-git-metadata': true,
      tests: [
        {
          name: '/flash',
          summary: `npm test -- ${job.test}`,
          test: testCommand(job),
          framework: 'shell',
          duration: `${job.minutes}m`,
          // Each test is told by itself.
          result: 'restraint',
          require: [...neededPackages],
        },
      ],
    },
    execute: { how: 'tmt' },
    report: { how: 'junit', file: `${job.name}.xml` },
  };
}

function virtual({ target, rootfs }: FarmJob): object {
  if (target.kind !== 'qemu') throw new Error('not a virtual machine');
  const { cpus, memoryMb } = target;
  return {
    how: 'virtual',
    image: rootfs ?? 'debian',
    memory: memoryMb,
    hardware: { cpu: { processors: `>= ${cpus}` } },
    user: 'root',
  };
}

/** As ssh reaches it. */
function connect({ name, ssh, sshOptions, powerCycle }: LabMachine): object {
  const [, user, host] = /^(?:([^@]*)@)?(.*)$/.exec(ssh) ?? [];
  return {
    how: 'connect',
    guest: host,
    ...(user !== undefined && { user }),
    ...readOptions(name, sshOptions),
    ...(powerCycle !== undefined && { 'hard-reboot': powerCycle }),
  };
}

interface ConnectSettings {
  user?: string;
  port?: number;
  key?: string;
  'ssh-option'?: string[];
}

/** What ssh takes as options has settings of its own in tmt. */
const readers: Readonly<Record<string, (settings: ConnectSettings, value: string) => void>> = {
  '-p': (settings, value) => void (settings.port = Number(value)),
  '-i': (settings, value) => void (settings.key = value),
  '-l': (settings, value) => void (settings.user = value),
  '-J': (settings, value) => addOption(settings, `ProxyJump=${value}`),
  '-o': addOption,
};

function addOption(settings: ConnectSettings, option: string): void {
  settings['ssh-option'] = [...(settings['ssh-option'] ?? []), option];
}

function readOptions(name: string, given: readonly string[]): ConnectSettings {
  const settings: ConnectSettings = {};
  const words = given.flatMap((word) => /^(-[A-Za-z])(.+)$/.exec(word)?.slice(1) ?? [word]);
  for (let at = 0; at < words.length; at += 2) {
    const [flag = '', value] = words.slice(at, at + 2);
    const read = readers[flag];
    if (read === undefined || value === undefined) {
      throw new FlashError('usage', `tmt has no setting for ${flag} in the ssh-options of ${name}`, {
        advice: 'write it as -o NAME=VALUE, or into your ssh_config',
      });
    }
    read(settings, value);
  }
  return settings;
}

/** Then boots it. The script is run again after that, and has nothing left to do. */
function installKernel(packages: readonly string[]): object[] {
  return [
    {
      how: 'shell',
      name: 'install the kernel',
      script: [
        'set -e',
        'if [ "$TMT_REBOOT_COUNT" -gt 0 ]; then exit 0; fi',
        'apt-get install -y --no-install-recommends ca-certificates curl',
        'mkdir -p /var/tmp/flash-kernel',
        ...packages.map(
          (url) =>
            `curl --fail --silent --show-error --location --output-dir /var/tmp/flash-kernel --remote-name ${shellWord(url)}`,
        ),
        'apt-get install -y /var/tmp/flash-kernel/*.deb',
        'rm -r /var/tmp/flash-kernel',
        'tmt-reboot',
      ].join('\n'),
    },
  ];
}
