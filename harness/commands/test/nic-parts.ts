import type { Cost } from '../../bench/cost-cases.js';
import { best, spread } from '../../bench/counting.js';
import { findCost, measureNic, spreadLimit } from '../../bench/instructions.js';
import { demoInGuest } from '../../demo/demo.js';
import { summarizeReport } from '../../demo/format-report.js';
import type { ChainReport } from '../../demo/report.js';
import { withProgress } from '../../host/progress.js';
import { buildImage } from '../../kernel/build/image.js';
import { buildPackages } from '../../kernel/packages/build-packages.js';
import { unpackKernel } from '../../kernel/packages/unpack.js';
import { buildNative } from '../../native/build-native.js';
import { isOwn, type NicModel } from '../../nics/model.js';
import { buildComparison, compareKernels } from '../../parity/compare-kernels.js';
import { judge } from '../../parity/xskxceiver-output.js';
import { runChaos } from '../../suites/chaos-suite.js';
import { runNicTests } from '../../suites/nic-suite.js';
import type { SuiteResult } from '../../suites/suite.js';

export interface PartOptions {
  readonly nic: NicModel;
  /** The kernel with the series. */
  readonly image: string;
  readonly failFast: boolean;
  readonly match?: string;
  /** Real NICs that are used in place of models. */
  readonly devices?: readonly string[];
}

export interface NicPart {
  readonly name: string;
  readonly what: string;
  /** It can have real NICs. */
  readonly takesDevices?: true;
  /** Builds what running it takes besides the kernel with the series, once. */
  prepare?(): Promise<unknown>;
  /** Other guests would show in what it measures. */
  readonly alone?: true;
  run(options: PartOptions): Promise<SuiteResult>;
}

/** The rings of a driver go down and up in these, and packets never cease: what a reset comes on top of. */
const testsAfterReset = 'packets keep coming, and no frame is lost*';

/** What a driver's redirect is judged by. */
const measured = { path: 'NAPI hop', batch: 64, packetBytes: 64 } as const;

/** What parts share: a guest may have booted from it when the next one asks. */
function once<T>(build: () => Promise<T>): () => Promise<T> {
  let built: Promise<T> | undefined;
  return () => (built ??= build());
}

const unpatched = once(() => buildImage({ driverRedirects: false }));
const server = once(() =>
  withProgress(async (onProgress) => unpackKernel(await buildPackages({ config: 'server', onProgress }))),
);
const comparison = once(buildComparison);

/** What is run on a model, by the name that asks for it alone. */
export const nicParts: readonly NicPart[] = [
  {
    name: 'patched',
    what: 'the conformance suite in zero-copy mode, with the driver of the series',
    takesDevices: true,
    run: ({ nic, ...options }) => runNicTests({ model: nic, driverRedirects: true, ...options }),
  },
  {
    name: 'unpatched',
    what: 'the same with a driver that does not redirect',
    takesDevices: true,
    prepare: unpatched,
    run: async ({ nic, ...options }) =>
      runNicTests({
        model: nic,
        driverRedirects: false,
        ...options,
        image: await unpatched(),
      }),
  },
  {
    name: 'reset',
    what: 'tests of the driver on a machine that is reset while they run',
    takesDevices: true,
    run: ({ nic, image, failFast, devices }) =>
      runNicTests({
        devices,
        model: nic,
        image,
        driverRedirects: true,
        entry: 'driver-tests',
        match: testsAfterReset,
        reset: true,
        failFast,
      }),
  },
  {
    name: 'reload',
    what: 'the driver as a module of the kernel for servers, unloaded and loaded again under load',
    takesDevices: true,
    prepare: server,
    async run({ nic, image: _lean, ...options }) {
      const kernel = await server();
      return runNicTests({ model: nic, driverRedirects: true, entry: 'module-tests', ...options, ...kernel });
    },
  },
  {
    name: 'liveness',
    what: 'a minute of random schedules, as `npm run test:chaos -- --device NIC`',
    run: ({ nic, image }) => runChaos({ device: nic, image, seconds: 60, seed: 1 }),
  },
  {
    name: 'parity',
    what: "the kernel's own AF_XDP suite in zero-copy mode, on the vanilla kernel and on ours",
    prepare: comparison,
    run: async ({ nic }) => judge(await compareKernels(await comparison(), nic)),
  },
  {
    name: 'demo',
    what: 'a chain of network functions, as `npm run demo -- --nic NIC`',
    async run({ nic, image }) {
      if (!isOwn(nic))
        return { tests: [{ title: chainTitle, outcome: 'skipped', detail: 'its wires are not those of QEMU' }] };
      await buildNative();
      const { report } = await withProgress((onProgress) => {
        onProgress({ kind: 'phase', phase: `a chain on ${nic}` });
        return demoInGuest({ image, nic, separateUmem: false, keep: false, onEvent: () => undefined });
      });
      return judgeChain(report);
    },
  },
  {
    name: 'instructions',
    what: `instructions per packet of a redirect in the driver's NAPI poll, ${measured.batch} packets at once`,
    alone: true,
    async run({ nic, image }) {
      await buildNative();
      return judgeCost(findCost(await measureNic(nic, image), measured));
    },
  },
];

const chainTitle = 'every packet and every frame of the chain is accounted for';

function judgeChain(report: ChainReport): SuiteResult {
  const title = chainTitle;
  return report.ok
    ? { tests: [{ title, outcome: 'passed' }], figure: summarizeReport(report) }
    : { tests: [{ title, outcome: 'failed', detail: report.problems.join('\n') }] };
}

function judgeCost(cost: Cost): SuiteResult {
  const title = 'two measurements of the instructions per packet hardly differ';
  return spread(cost) <= spreadLimit
    ? { tests: [{ title, outcome: 'passed' }], figure: best(cost).toFixed(1) }
    : { tests: [{ title, outcome: 'failed', detail: cost.instructions.join(' and ') }] };
}
