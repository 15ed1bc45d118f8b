import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { chainNics, nicCpus } from '../demo/nic-wires.js';
import { FlashError } from '../errors.js';
import { writeWhole } from '../host/durable-file.js';
import { formatSeconds } from '../host/duration.js';
import type { OnProgress } from '../host/progress.js';
import { openRecord } from '../host/record.js';
import { guest } from '../machine/guest.js';
import { here } from '../machine/here.js';
import { runProgram } from '../machine/run-program.js';
import type { OwnModel } from '../nics/model.js';
import { startNics } from '../nics/start-nics.js';
import { renderPage } from './page.js';
import { soakProgram, type Round } from './soak-program.js';

export interface SoakOptions {
  /** Of all rounds together, also of those before a run went on. */
  readonly seconds: number;
  readonly downloadSeconds: number;
  /** Wires between emulated NICs of this model instead of veth pairs. */
  readonly nic?: OwnModel | undefined;
  /** What a guest boots; undefined is this machine. */
  readonly image: string | undefined;
  readonly outDir: string;
  /** Goes on with the rounds that are in the folder. */
  readonly resume: boolean;
  readonly onProgress: OnProgress;
}

export const pageName = 'soak.html';
const recordName = 'rounds.jsonl';
/** The last round may begin just before the end; a guest takes its time to boot. */
const slackSeconds = 900;

/** Returns all rounds of the folder. Each is in `rounds.jsonl`, and on the page, as soon as it has ended. */
export async function runSoak(options: SoakOptions): Promise<readonly Round[]> {
  const { seconds, downloadSeconds, nic, image, outDir, resume, onProgress } = options;
  const path = join(outDir, recordName);
  if (!resume && existsSync(path))
    throw new FlashError('usage', `${path} has the rounds of another run`, {
      advice: `go on with that run by --resume ${outDir}, or name another folder by --out`,
    });
  const conditions = { device: nic ?? 'veth', place: image === undefined ? 'this machine' : 'a guest' };
  const record = openRecord<Round>(path, conditions, resume);
  const soaked = (): number => record.samples().reduce((sum, round) => sum + round.seconds, 0);
  const left = seconds - soaked();
  if (left <= 0) return record.samples();

  await using nics = image === undefined || nic === undefined ? undefined : await startNics(chainNics(nic));
  const deadlineMs = (left + downloadSeconds + slackSeconds) * 1000;
  const machine = image === undefined ? here() : guest({ image, deadlineMs, ...(nics && { nics, cpus: nicCpus }) });
  onProgress({ kind: 'phase', phase: `the chain on ${conditions.device}, ${formatSeconds(seconds)}`, unit: 'rounds' });
  let page = Promise.resolve();
  await runProgram(
    machine,
    soakProgram,
    { seconds: left, downloadSeconds, ...(nic !== undefined && { nic }) },
    {
      onEvent(round) {
        record.add(round);
        for (const problem of round.problems)
          onProgress({ kind: 'note', text: `round ${record.samples().length}: ${problem}` });
        onProgress({ kind: 'step', done: record.samples().length, total: undefined });
        page = page.then(async () =>
          writeWhole(join(outDir, pageName), await renderPage(record.samples(), conditions)),
        );
      },
    },
  );
  await page;
  return record.samples();
}
