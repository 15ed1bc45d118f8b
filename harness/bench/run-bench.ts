import { existsSync } from 'node:fs';
import { cpus, release } from 'node:os';
import { join } from 'node:path';
import { FlashError } from '../errors.js';
import { hasFlash } from '../flash/registry.js';
import { hashFile } from '../host/hash.js';
import { kernelNameOf } from '../host/network-device.js';
import type { OnProgress } from '../host/progress.js';
import { buildImage } from '../kernel/build/image.js';
import { guest } from '../machine/guest.js';
import { here as thisMachine } from '../machine/here.js';
import { runProgram } from '../machine/run-program.js';
import { buildNative, nativePaths } from '../native/build-native.js';
import { contenders, type Contender } from './chains/contenders.js';
import { mostStages } from './chains/devices.js';
import { makePlan } from './chains/jobs.js';
import type { Plan } from './chains/plan.js';
import { createVirtualFunctions, requireVirtualFunctions, whyNoVirtualFunctions } from './chains/vfs.js';
import { benchChainsProgram } from './bench-chains-program.js';
import { measureKernel } from './instructions.js';
import { lookAtOthers } from './look-at-others.js';
import { measureSeries } from './measure-series.js';
import { makeReport } from './report/make-report.js';
import type { Report } from './report/schema.js';
import { ringsNotRun, type RingMeasurement } from './rings.js';
import { openSamples, type SampleFile } from './samples.js';

export interface BenchOptions {
  readonly size: Report['size'];
  /** On this machine, in place of a guest. */
  readonly here: boolean;
  /** Nothing but what is compiled from the series in user space. */
  readonly native: boolean;
  /** The NIC whose virtual functions may be used; only on this machine. */
  readonly vfsOf?: string | undefined;
  /** Goes on where a run of the same options ended. */
  readonly resume: boolean;
  /** Where the samples go. */
  readonly outDir: string;
  readonly onProgress: OnProgress;
}

const guestMemoryMb = 4096;
const deadlineMs = 4 * 3_600_000;
const frameBytes = 2048;
const umem =
  'one UMEM for a zero-copy chain, one per stage where it copies or is on a device of its own; AF_XDP in copy mode on veth';

/** Measures what is not measured yet, rings first, then chains, then instructions, and puts the figures together. */
export async function runBench({ vfsOf: nic, ...others }: BenchOptions): Promise<Report> {
  const { size, here, native, resume, outDir, onProgress } = others;
  if (nic !== undefined && !here)
    throw new FlashError('usage', `the virtual functions of ${nic} are not in a guest`, {
      advice: 'give --here as well as --vfs-of',
    });
  const vfsOf = nic === undefined ? undefined : await kernelNameOf(nic);
  const options = { ...others, vfsOf };
  if (vfsOf !== undefined) requireVirtualFunctions({ nic: vfsOf, count: mostStages });
  if (!native) await buildNative(onProgress);
  const images =
    here || native
      ? undefined
      : { vanilla: await buildImage({ vanilla: true, onProgress }), flash: await buildImage({ onProgress }) };
  const wanted = native ? [] : contenders;
  const missing = wanted.flatMap((contender) => {
    const reason = whyNot(contender, options);
    return reason === undefined ? [] : [{ name: contender.name, what: contender.title, reason }];
  });
  const plan = makePlan(
    size,
    wanted.map(({ name }) => name).filter((name) => !missing.some((each) => each.name === name)),
  );
  const conditions = {
    size,
    plan,
    kernel: native ? 'none' : images === undefined ? 'here' : await hashFile(images.flash),
    vfsOf,
  };
  const samples = openSamples(join(outDir, 'samples.jsonl'), conditions, resume);

  if (native)
    samples.add({ of: 'machine', kernel: release(), cpus: cpus().length, cpuModel: cpus()[0]?.model ?? 'unknown' });
  await measureSeries(samples, size, onProgress);
  await measureChains(plan, samples, images?.flash, options);
  if (images !== undefined) await measureCosts(samples, images, options);

  const { seed, repetitions, warmUpMs, measureMs, ringSize } = plan;
  return makeReport({
    samples: samples.samples(),
    size,
    conditions: {
      place: here || native ? 'on this machine' : 'in a guest',
      hostCpus: cpus().length,
      hostCpuModel: cpus()[0]?.model ?? 'unknown',
      node: process.version,
      repetitions,
      seed,
      warmUpMs,
      measureMs,
      ringSize,
      frameBytes,
      umem,
    },
    notRun: [
      ...missing.map(({ what, reason }) => ({ what, reason })),
      ...ringsNotRun(ringsOf(samples)),
      ...(native ? [{ what: 'chains', reason: 'left out by --native' }] : []),
      ...(images === undefined
        ? [
            {
              what: 'kernel instructions per packet, and what bystanders pay',
              reason: 'only the emulator of a guest counts instructions: leave out --here and --native',
            },
          ]
        : []),
    ],
  });
}

const ringsOf = (samples: SampleFile): RingMeasurement[] =>
  samples.samples().flatMap((sample) => (sample.of === 'rings' ? [sample.measurement] : []));

/** Instructions are counted and not time, so that both kernels may run at once. */
async function measureCosts(
  samples: SampleFile,
  images: { readonly vanilla: string; readonly flash: string },
  { onProgress }: BenchOptions,
): Promise<void> {
  if (samples.samples().some(({ of }) => of === 'costs')) return;
  onProgress({ kind: 'phase', phase: 'instructions per packet' });
  const measured = await Promise.all([measureKernel('vanilla', images.vanilla), measureKernel('flash', images.flash)]);
  for (const costs of measured) samples.add({ of: 'costs', costs });
}

async function measureChains(
  plan: Plan,
  samples: SampleFile,
  image: string | undefined,
  { vfsOf, onProgress }: BenchOptions,
): Promise<void> {
  const jobs = plan.jobs.filter((job) => !samples.has(job));
  if (jobs.length === 0) return;
  await lookAtOthers(samples);
  using functions = vfsOf === undefined ? undefined : await createVirtualFunctions({ nic: vfsOf, count: mostStages });
  onProgress({ kind: 'phase', phase: 'chains', unit: 'measurements' });
  let done = plan.jobs.length - jobs.length;
  const machine = image === undefined ? thisMachine() : guest({ image, memoryMb: guestMemoryMb, deadlineMs });
  await runProgram(
    machine,
    benchChainsProgram,
    { ...plan, jobs, virtualFunctions: functions?.ifindexes ?? [] },
    {
      onEvent(sample) {
        samples.add(sample);
        if (sample.of === 'chain') onProgress({ kind: 'step', done: ++done, total: plan.jobs.length });
      },
    },
  );
}

/** Why a contender cannot be measured, if so. */
function whyNot({ program: file, routed, devices }: Contender, { here, vfsOf }: BenchOptions): string | undefined {
  if (!existsSync(nativePaths[file])) return 'DPDK is not installed: its package is libdpdk-dev';
  if (routed && here && !hasFlash()) return 'the running kernel has no FLASH';
  return devices === 'vfs' ? whyNoVirtualFunctions({ here, nic: vfsOf }) : undefined;
}
