import { writeFileSync } from 'node:fs';
import { release } from 'node:os';
import { Option, type Command } from 'commander';
import { showChain, type ChainView } from '../demo/chain-view.js';
import { demoInGuest } from '../demo/demo.js';
import { formatReport } from '../demo/format-report.js';
import type { ChainEvent, ChainReport } from '../demo/report.js';
import { runChain } from '../demo/run-chain.js';
import { FlashError } from '../errors.js';
import { startClock } from '../host/duration.js';
import { buildImage } from '../kernel/build/image.js';
import { buildNative } from '../native/build-native.js';
import { ownModels, type OwnModel } from '../nics/model.js';
import { interact } from '../process/interact.js';
import { demoChainFile } from './demo-chain-file.js';
import { fileToRead, fileToWrite, imageFile } from './file-options.js';
import { guestCommand } from './guest-command.js';

interface Options {
  readonly chain?: string;
  readonly json?: string;
  readonly separateUmem: boolean;
  readonly nic?: OwnModel;
  readonly keep: boolean;
  readonly image?: string;
  readonly here: boolean;
}

export function addDemo(program: Command): void {
  guestCommand(program, 'demo')
    .description('run a chain of three network functions between two network namespaces, in a guest')
    .addOption(
      new Option('--chain <file>', 'instead run the chain that a file describes (nf/README.md)')
        .argParser(fileToRead)
        .conflicts(['nic', 'separateUmem']),
    )
    .option('--json <file>', 'also write the result as JSON', fileToWrite)
    .option('--separate-umem', 'give each function a umem of its own, so that packets are copied', false)
    .addOption(
      new Option('--nic <model>', 'use emulated NICs in zero-copy mode instead of veth pairs')
        .choices(ownModels)
        .conflicts('here'),
    )
    .option('--keep', 'leave a shell in the guest, with the chain in place', false)
    .option('--image <file>', 'boot this kernel instead of building one', imageFile)
    .option('--here', 'run on this machine, whose kernel has FLASH', false)
    .action(({ chain, ...options }: Options) =>
      chain === undefined ? runDemo(options) : demoChainFile({ chain, ...options }),
    );
}

async function runDemo(options: Omit<Options, 'chain'>): Promise<void> {
  const elapsed = startClock();
  await buildNative();
  const { report, accel } = options.here ? await runHere(options) : await runInGuest(options);
  if (options.json !== undefined) {
    const figures = { ...report, accel, seconds: Math.round(elapsed()), chainSeconds: report.seconds };
    writeFileSync(options.json, `${JSON.stringify(figures, null, 2)}\n`);
  }
  if (!report.ok)
    throw new FlashError('testFailure', 'the chain does not add up', { logTail: report.problems.join('\n') });
  console.log(`kernel ${report.kernel}, ${accel}, ${elapsed().toFixed(0)} s in all`);
}

async function runHere({ separateUmem, keep }: Options): Promise<{ report: ChainReport; accel: string }> {
  const view = showChain();
  const show = showAndPrint(view);
  try {
    const beforeTearDown = async (): Promise<void> => void (await interact('bash', ['-i']));
    return {
      report: await runChain({ separateUmem, onEvent: show, ...(keep ? { beforeTearDown } : {}) }),
      accel: `native ${release()}`,
    };
  } finally {
    view.stop();
  }
}

/** Shows how the chain is doing and prints what it reports. */
export async function runInGuest({
  separateUmem,
  nic,
  keep,
  image,
}: Omit<Options, 'here' | 'json'>): Promise<{ report: ChainReport; accel: string }> {
  const bootImage = image === undefined ? await buildImage() : image;
  const view = showChain();
  try {
    return await demoInGuest({ image: bootImage, separateUmem, nic, keep, onEvent: showAndPrint(view) });
  } finally {
    view.stop();
  }
}

function showAndPrint(view: ChainView): (event: ChainEvent) => void {
  return (event) => {
    view.onEvent(event);
    if (event.kind !== 'report') return;
    view.stop();
    console.log(formatReport(event.report));
  };
}
