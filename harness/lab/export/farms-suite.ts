import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { cacheDir } from '../../host/cache.js';
import { withProgress } from '../../host/progress.js';
import { withTemporaryDir } from '../../host/temporary.js';
import type { RunResult } from '../../process/run.js';
import type { Suite, TestResult } from '../../suites/suite.js';
import { seriesOf } from '../../kernel/series/series.js';
import { chosenBase, loadBase } from '../../kernel/source/base.js';
import type { LabMachine } from '../inventory/inventory.js';
import type { Engine, FarmJob } from './job.js';
import { formatKcidb } from './kcidb.js';
import { kernelci } from './kernelci.js';
import { lava } from './lava.js';
import { planJobs } from './plan-jobs.js';
import { tmt } from './tmt.js';
import { ensureValidators, type Validators } from './validators.js';
import { writeExport } from './write-export.js';

/** What is exported is taken by the tools of the farms, and what is broken is not. */
export const farmsSuite: Suite = {
  name: 'farms',
  onlyByName: true,
  bootsGuests: false,
  async run() {
    const validators = await withProgress((onProgress) =>
      ensureValidators((phase) => onProgress({ kind: 'phase', phase })),
    );
    const tests: TestResult[] = [];
    await withTemporaryDir(cacheDir('farms'), async (dir) => {
      for (const [index, { title, check }] of checks.entries()) {
        const folder = join(dir, String(index));
        mkdirSync(folder);
        const { exitCode, stdout, stderr } = await check(validators, folder);
        tests.push(
          exitCode === 0 ? { title, outcome: 'passed' } : { title, outcome: 'failed', detail: stdout + stderr },
        );
      }
    });
    return { tests };
  },
};

const machine: LabMachine = {
  name: 'dut',
  ssh: 'root@dut.example',
  sshOptions: ['-p', '2222', '-J', 'gate.example', '-o', 'StrictHostKeyChecking=no'],
  powerCycle: './power-cycle dut',
  may: ['install-kernels'],
  ports: { p0: '0000:01:00.0' },
};
const repository = { url: 'https://git.example/flash.git', revision: '0123456789' };
const pipeline = {
  tree: 'https://git.example/linux.git',
  branch: 'flash',
  buildImage: 'gcc-14:x86',
  runtime: 'lava-example',
};

/** A job for QEMU and one for a machine of the inventory, with all that an engine takes. */
function jobs(kernel: FarmJob['kernel'], rootfs: string): readonly FarmJob[] {
  const what = { kernel, rootfs, repository, test: "here --match 'it''s *'", minutes: 120 };
  return [[], [machine]].flatMap((machines) => planJobs({ machines, deviceType: 'x86', bootMethod: 'grub' }, what));
}

const image = {
  image: 'https://files.example/bzImage',
  modules: 'https://files.example/modules.tar.xz',
  packages: [],
};
const packages = { packages: ['https://files.example/linux-image.deb'] };

interface Check {
  readonly title: string;
  readonly check: (validators: Validators, folder: string) => Promise<RunResult>;
}

/** Passes if the tool fails. */
const refused = async (result: Promise<RunResult>): Promise<RunResult> => {
  const ended = await result;
  return { ...ended, exitCode: ended.exitCode === 0 ? 1 : 0 };
};

function exportTo(folder: string, engine: Engine, kernel: FarmJob['kernel'], rootfs: string): readonly string[] {
  return writeExport(engine.write(jobs(kernel, rootfs)), folder);
}

const suites = [
  {
    name: 'here',
    tests: [
      { title: 'a full RX ring stalls its source', outcome: 'passed', seconds: 1.5 },
      { title: 'it is "fast", or 100 %', outcome: 'skipped', detail: 'no KVM' },
      { title: 'frames come back', outcome: 'failed', detail: `expected 5\n${'x'.repeat(20_000)}` },
      { title: 'the suite runs', outcome: 'error', detail: 'a \0 in it' },
    ],
  },
] as const;

const kcidbFile = (folder: string, change: (text: string) => string): string => {
  const file = join(folder, 'kcidb.json');
  const submission = {
    origin: 'example',
    machine: 'dut',
    patches: seriesOf(loadBase(chosenBase())),
    commit: '0'.repeat(40),
  };
  writeFileSync(file, change(formatKcidb(suites, submission)));
  return file;
};

const checks: readonly Check[] = [
  ...[0, 1].map(
    (index): Check => ({
      title: `LAVA takes the job for ${index === 0 ? 'QEMU' : 'a machine'}`,
      check: ({ lava: check }, folder) =>
        check(exportTo(folder, lava, image, 'https://files.example/rootfs.ext4.xz')[index] ?? ''),
    }),
  ),
  {
    title: 'LAVA refuses a job with a mistake, so its check is one',
    check({ lava: check }, folder) {
      const [file = ''] = exportTo(folder, lava, image, 'https://files.example/rootfs.ext4.xz');
      writeFileSync(file, readFileSync(file, 'utf8').replace('method: qemu', 'methods: qemu'));
      return refused(check(file));
    },
  },
  {
    title: 'tmt finds nothing wrong with the plans for QEMU and a machine',
    check({ tmt: check }, folder) {
      exportTo(folder, tmt, packages, 'debian-13');
      return check(folder);
    },
  },
  {
    title: 'tmt refuses a plan with a mistake, so its check is one',
    check({ tmt: check }, folder) {
      const file = exportTo(folder, tmt, packages, 'debian-13').find((path) => path.endsWith('plans.fmf')) ?? '';
      writeFileSync(file, readFileSync(file, 'utf8').replace('how: connect', 'how: connected'));
      return refused(check(folder));
    },
  },
  {
    title: 'LAVA takes the tests that a KernelCI pipeline puts into its jobs',
    check({ lava: check }, folder) {
      const files = exportTo(folder, kernelci(pipeline), { packages: [] }, 'https://files.example/rootfs');
      const template = files.find((path) => path.includes('/runtime/tests/')) ?? '';
      const test = readFileSync(template, 'utf8')
        .replaceAll(/^\{%.*%\}\n/gm, '')
        .replace('{{ test_timeout }}', '120');
      const job = join(folder, 'job.yaml');
      writeFileSync(job, `${frame}${test}`);
      return check(job);
    },
  },
  {
    title: "KernelCI's database takes results of every kind",
    check: ({ kcidb: check }, folder) => check(kcidbFile(folder, (text) => text)),
  },
  {
    title: "KernelCI's database refuses results with a mistake, so its check is one",
    check: ({ kcidb: check }, folder) => refused(check(kcidbFile(folder, (text) => text.replace('"PASS"', '"GOOD"')))),
  },
];

/** What is around the tests in a job of KernelCI. */
const frame = `job_name: flash
device_type: x86
visibility: public
timeouts:
  job:
    minutes: 240
actions:
`;
