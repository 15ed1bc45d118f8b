import type { Command } from 'commander';
import { createLogUpdate } from 'log-update';
import { listHops, type Batches } from '../../chains/hops.js';
import { createObserver } from '../../chains/observer.js';
import { formatTop, topRecord } from '../../chains/top.js';
import { openBatchTrace, sampleBatches } from '../../chains/trace/batches.js';
import type { FlashError } from '../../errors.js';
import { printJson, someCount, someSeconds, verb, wait, type VerbOptions } from './verb.js';

interface Options extends VerbOptions {
  readonly interval: number;
  readonly count: number;
  readonly batches: boolean;
}

/** Of each second. */
const tracedMs = 10;

export function addTop(flash: Command): void {
  verb(flash, 'top')
    .description('show every hop, live: its rate, rings, stalls, and which end holds it up')
    .option('--interval <seconds>', 'how often it looks', someSeconds, 1)
    .option('--count <n>', 'how often it looks before it ends', someCount, Number.POSITIVE_INFINITY)
    .option('--no-batches', 'do not trace a hundredth of the time how large batches are')
    .action(async ({ json, interval, count, batches }: Options) => {
      using observer = createObserver();
      using instance = batches ? openBatchTrace(sayWithoutBatches) : undefined;
      const show = json ? undefined : showOn(process.stdout);
      let before = await observer.look();
      for (let looks = 0; looks < count; looks++) {
        if (!(await wait(interval))) break;
        const now = await observer.look();
        const traced: readonly Batches[] =
          instance === undefined ? [] : await sampleBatches(instance, tracedMs * Math.min(interval, 1));
        const hops = listHops(before, now, traced);
        const head = { time: new Date().toTimeString().slice(0, 8), seconds: now.seconds - before.seconds };
        if (show === undefined) printJson(topRecord(hops, head), 0);
        else show(formatTop(hops, head));
        before = now;
      }
    });
}

function sayWithoutBatches({ message, details: { advice } }: FlashError): void {
  console.error(`flash: without the size of batches: ${message}\n  ${advice}; --no-batches does without`);
}

/** A table that stays in its place on a terminal, a block of lines elsewhere. */
function showOn(stream: NodeJS.WriteStream): (text: string) => void {
  if (stream.isTTY) return createLogUpdate(stream);
  return (text) => void stream.write(`${text}\n\n`);
}
