import { join } from 'node:path';
import { chainNics, nicCpus } from '../demo/nic-wires.js';
import { FlashError } from '../errors.js';
import { writeWhole } from '../host/durable-file.js';
import { formatSeconds } from '../host/duration.js';
import type { OnProgress } from '../host/progress.js';
import { guest } from '../machine/guest.js';
import { here } from '../machine/here.js';
import { runProgram } from '../machine/run-program.js';
import { startNics } from '../nics/start-nics.js';
import { renderPage } from './page.js';
import { secondsLeft, type SoakRecord } from './record.js';
import { soakProgram } from './soak-program.js';

const pageName = 'soak.html';
/** For a round, besides its download; an emulated processor takes a minute. */
const slackSeconds = 900;
const afterWarningMs = 60_000;

/**
 * Runs rounds for what is left of the time. Each is in the record, and on the page, as soon as it has ended, and so is
 * why the run ended before its time, if it did.
 * @param image what a guest boots; undefined is this machine.
 */
export async function runSoak(record: SoakRecord, image: string | undefined, onProgress: OnProgress): Promise<void> {
  const { nic, seconds, downloadSeconds } = record.soak;
  const left = secondsLeft(record);
  await using nics = image === undefined || nic === undefined ? undefined : await startNics(chainNics(nic));
  const times = {
    deadlineMs: (left + downloadSeconds + slackSeconds) * 1000,
    quietMs: (downloadSeconds + slackSeconds) * 1000,
    afterWarningMs,
  };
  const machine =
    image === undefined
      ? here({ timeoutMs: times.deadlineMs })
      : guest({ image, ...times, ...(nics && { nics, cpus: nicCpus }) });
  onProgress({
    kind: 'phase',
    phase: `the chain on ${nic ?? 'veth'}, ${formatSeconds(seconds)} in all`,
    unit: 'rounds',
  });
  const drawing = drawInTurn(record, onProgress);
  try {
    await runProgram(
      machine,
      soakProgram,
      { seconds: left, downloadSeconds, roundsBefore: record.rounds().length, ...(nic !== undefined && { nic }) },
      {
        onEvent(round) {
          record.add(round);
          const count = record.rounds().length;
          for (const problem of round.problems) onProgress({ kind: 'note', text: `round ${count}: ${problem}` });
          onProgress({ kind: 'step', done: count, total: undefined });
          drawing.draw();
        },
      },
    );
  } catch (error) {
    if (!(error instanceof FlashError) || error.kind === 'interrupted') throw error;
    const { logPath } = error.details;
    record.add({ failure: error.message, ...(logPath !== undefined && { logPath }) });
  } finally {
    await drawing.end();
  }
}

/** Draws the page again when there are more rounds, one time after the other. What goes wrong there is no fault of the run. */
function drawInTurn(record: SoakRecord, onProgress: OnProgress): { draw: () => void; end: () => Promise<void> } {
  let [drawing, wanted] = [Promise.resolve(), false];
  const draw = (): void => {
    if (wanted) return;
    wanted = true;
    drawing = drawing.then(async () => {
      wanted = false;
      await writePage(record).catch((error: unknown) =>
        onProgress({ kind: 'note', text: `the page is not written: ${String(error)}` }),
      );
    });
  };
  return { draw, end: () => drawing };
}

/** Returns its path. */
export async function writePage(record: SoakRecord): Promise<string> {
  const path = join(record.folder, pageName);
  writeWhole(path, await renderPage(record));
  return path;
}
