import { readFileSync, writeFileSync } from 'node:fs';
import { release } from 'node:os';
import { chainFileInGuest } from '../demo/monitored/in-guest.js';
import { formatChainFileReport } from '../demo/monitored/format-report.js';
import type { ChainFileEvent, ChainFileReport } from '../demo/monitored/report.js';
import { readDemonstrable, runChainFile } from '../demo/monitored/run-chain-file.js';
import { FlashError } from '../errors.js';
import { startClock } from '../host/duration.js';
import { withProgress, type OnProgress } from '../host/progress.js';
import { buildImage } from '../kernel/build/image.js';
import { buildNative } from '../native/build-native.js';
import { interact } from '../process/interact.js';

interface ChainFileOptions {
  /** A chain file. */
  readonly chain: string;
  readonly json?: string;
  readonly keep: boolean;
  readonly image?: string;
  readonly here: boolean;
}

/** The demo of a chain that a file describes. */
export async function demoChainFile({ chain, json, keep, image, here }: ChainFileOptions): Promise<void> {
  const elapsed = startClock();
  const file = { file: chain, text: readFileSync(chain, 'utf8') };
  readDemonstrable(file.text, file.file);
  await buildNative();
  const { report, accel } = here
    ? { report: await runHere(file, keep), accel: `native ${release()}` }
    : await runInGuest(file, keep, image ?? (await buildImage()));
  // With a shell it was there before that.
  if (!keep) console.log(formatChainFileReport(report));
  if (json !== undefined) writeFileSync(json, `${JSON.stringify({ ...report, accel }, undefined, 2)}\n`);
  if (!report.ok)
    throw new FlashError('testFailure', `the chain ${report.chain} is not as its file says`, {
      logTail: report.problems.join('\n'),
    });
  console.log(`kernel ${report.kernel}, ${accel}, ${elapsed().toFixed(0)} s in all`);
}

interface ChainFile {
  readonly file: string;
  readonly text: string;
}

function runInGuest(file: ChainFile, keep: boolean, image: string) {
  return withProgress((onProgress) => chainFileInGuest({ ...file, image, keep, onEvent: show(onProgress) }));
}

function runHere(file: ChainFile, keep: boolean): Promise<ChainFileReport> {
  const beforeTearDown = async (): Promise<void> => void (await interact('bash', ['-i']));
  return withProgress((onProgress) =>
    runChainFile({ ...file, onEvent: show(onProgress), ...(keep && { beforeTearDown }) }),
  );
}

function show(onProgress: OnProgress): (event: ChainFileEvent) => void {
  return (event) => {
    if (event.kind === 'phase') return onProgress(event);
    onProgress({ kind: 'note', text: formatChainFileReport(event.report) });
    onProgress({ kind: 'note', text: `npm run monitor -- status --socket ${event.socket}` });
  };
}
