import { writeFileSync } from 'node:fs';
import { relative, resolve } from 'node:path';
import { InvalidArgumentError, Option, type Command } from 'commander';
import { FlashError } from '../../errors.js';
import { callerDir } from '../../host/repository.js';
import { seriesOf } from '../../kernel/series/series.js';
import { chosenBase, loadBase } from '../../kernel/source/base.js';
import { formatKcidb, type Submission } from '../../lab/export/kcidb.js';
import { bootMethods, type BootMethod, type Engine } from '../../lab/export/job.js';
import { kernelci } from '../../lab/export/kernelci.js';
import { lava } from '../../lab/export/lava.js';
import { ownRepository, planJobs } from '../../lab/export/plan-jobs.js';
import { tmt } from '../../lab/export/tmt.js';
import { writeExport } from '../../lab/export/write-export.js';
import { chooseMachines, readInventory } from '../../lab/inventory/inventory.js';
import { needsPackages } from '../packages.js';
import { readReport } from '../../suites/reports/read-report.js';
import { addResults, formatTotals } from '../../suites/suite.js';

interface Options {
  readonly inventory?: string;
  readonly output: string;
  readonly test: string;
  readonly minutes: number;
  readonly rootfs?: string;
  readonly repository?: string;
  readonly revision?: string;
}

interface MachineOptions {
  readonly deviceType?: string;
  readonly bootMethod?: BootMethod;
}

interface KernelOptions {
  readonly kernel?: string;
  readonly modules?: string;
  readonly package?: readonly string[];
}

interface PipelineOptions {
  readonly tree: string;
  readonly branch: string;
  readonly buildImage: string;
  readonly runtime: string;
}

/** `lab export`, and below it a command for each kind of farm. */
export function addLabExport(lab: Command): void {
  const all = needsPackages(lab.command('export'), 'none').description(
    'write job definitions for a farm that runs the tests',
  );

  withKernel(withDevices(farm(all, 'lava', 'job definitions for LAVA'))).action(
    (machines: readonly string[], options: Options) => write(lava, machines, options),
  );
  farm(all, 'tmt', 'plans for tmt, which reaches the machines over SSH or starts virtual ones')
    .option('--package <url>', 'a package of the kernel; may be given several times', anotherUrl)
    .action((machines: readonly string[], options: Options) => write(tmt, machines, options));
  withDevices(farm(all, 'kernelci', 'configuration for a KernelCI pipeline'))
    .requiredOption('--tree <url>', 'the git tree of the kernel, with the series applied', url)
    .requiredOption('--branch <name>', 'its branch')
    .requiredOption('--build-image <name>', 'the container that the pipeline compiles in, as its other jobs name it')
    .requiredOption('--runtime <name>', 'the lab that runs the tests, as the pipeline calls it')
    .action((machines: readonly string[], options: Options & PipelineOptions) =>
      write(kernelci(options), machines, options),
    );
  addKcidb(all);
}

function addKcidb(all: Command): void {
  all
    .command('kcidb')
    .description("write results that came back, as JUnit or KTAP, for KernelCI's database")
    .argument('<report...>', 'files with results, or console logs that have them')
    .requiredOption('--origin <name>', 'what the database calls you', someOrigin)
    .requiredOption('--machine <name>', 'what the tests ran on')
    .option('--commit <hash>', 'the upstream commit that the series was applied to', someCommit)
    .option('--release <name>', 'what the kernel called itself: `uname -r`')
    .option('--output <file>', 'where to write', 'kcidb.json')
    .action((reports: readonly string[], { output, ...submission }: ResultOptions) => {
      const suites = reports.flatMap((report) => readReport(resolve(callerDir, report)));
      const path = resolve(callerDir, output);
      writeFileSync(path, formatKcidb(suites, { ...submission, patches: seriesOf(loadBase(chosenBase())) }));
      console.log(`wrote    ${shown(path)}: ${formatTotals(addResults(suites))}`);
    });
}

type ResultOptions = Omit<Submission, 'patches'> & { readonly output: string };

function someOrigin(text: string): string {
  if (/^[a-z0-9_]+$/.test(text)) return text;
  throw new InvalidArgumentError('An origin has small letters, digits and _.');
}

function someCommit(text: string): string {
  if (/^[0-9a-f]{40}$/.test(text)) return text;
  throw new InvalidArgumentError('Give the whole hash of a commit, 40 digits.');
}

function farm(all: Command, name: string, description: string): Command {
  return all
    .command(name)
    .description(`${description}: for machines of the inventory, or for QEMU if none is named`)
    .argument('[machine...]', 'machines of the inventory')
    .option('--inventory <file>', 'the inventory (default: lab.yaml)')
    .option('--output <folder>', 'where to write', `farm-${name}`)
    .option('--test <words>', 'what is run, as `npm test --` takes it and a shell reads it', 'here')
    .option('--minutes <n>', 'how long that may take', someMinutes, 120)
    .option('--rootfs <url>', 'the root file system the machine boots', url)
    .option('--repository <url>', 'where machines get this repository (default: its origin)', withoutSecret)
    .option('--revision <name>', 'which commit, branch or tag of it (default: what is checked out)');
}

function withDevices(command: Command): Command {
  return command
    .option('--device-type <name>', 'what the farm calls machines of this kind (default: the name of each)')
    .addOption(
      new Option('--boot-method <name>', 'how a machine gets its kernel').choices(bootMethods).default('grub'),
    );
}

function withKernel(command: Command): Command {
  return command
    .option('--kernel <url>', 'the bzImage to boot', url)
    .option('--modules <url>', 'its modules, as an archive of /', url);
}

async function write(
  engine: Engine,
  names: readonly string[],
  options: Options & MachineOptions & KernelOptions,
): Promise<void> {
  const machines =
    names.length === 0 ? [] : chooseMachines(readInventory(resolve(callerDir, options.inventory ?? 'lab.yaml')), names);
  const { kernel, modules, rootfs, deviceType, bootMethod = 'grub' } = options;
  const jobs = planJobs(
    { machines, bootMethod, ...(deviceType !== undefined && { deviceType }) },
    {
      kernel: {
        packages: options.package ?? [],
        ...(kernel !== undefined && { image: kernel }),
        ...(modules !== undefined && { modules }),
      },
      ...(rootfs !== undefined && { rootfs }),
      repository: await repositoryOf(options),
      test: options.test,
      minutes: options.minutes,
    },
  );
  const folder = resolve(callerDir, options.output);
  for (const path of writeExport(engine.write(jobs), folder)) console.log(`wrote    ${shown(path)}`);
}

async function repositoryOf({ repository: given, revision }: Options): Promise<{ url: string; revision: string }> {
  if (given === undefined) {
    const own = await ownRepository();
    return { ...own, ...(revision !== undefined && { revision }) };
  }
  if (revision !== undefined) return { url: given, revision };
  throw new FlashError('usage', `--repository ${given} does not say which commit of it`, {
    advice: 'say so with --revision: what a branch has changes',
  });
}

/** As the user would name it. */
function shown(path: string): string {
  const near = relative(callerDir, path);
  return near.startsWith('..') ? path : near;
}

/** A job can be read by all who see it. */
function withoutSecret(given: string): string {
  if (!/^\w+:\/\/[^/@]*:[^/@]*@/.test(given)) return given;
  throw new InvalidArgumentError('There is a password in it, which all who see the job would see.');
}

/** Files are those of the machine that hands them out: in LAVA, the dispatcher. */
function url(given: string): string {
  withoutSecret(given);
  if (/^(?:https?|file|scp):\/\/\S+$/.test(given)) return given;
  if (/^\/\S*$/.test(given)) return `file://${given}`;
  throw new InvalidArgumentError('Give a URL, or the whole path of a file that the farm can read.');
}

function anotherUrl(given: string, before: readonly string[] = []): readonly string[] {
  return [...before, url(given)];
}

function someMinutes(text: string): number {
  if (/^[1-9]\d{0,3}$/.test(text)) return Number(text);
  throw new InvalidArgumentError('Give a whole number of minutes from 1 to 9999.');
}
