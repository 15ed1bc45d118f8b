import type { Command } from 'commander';
import { explain, type Explanation } from '../../chains/explain/explain.js';
import { formatExplanation } from '../../chains/explain/format.js';
import { readProcesses } from '../../chains/processes.js';
import { selectSocket } from '../../chains/select.js';
import { exitCodes } from '../../errors.js';
import { lookTwice, printJson, someSeconds, verb, type VerbOptions } from './verb.js';

interface Options extends VerbOptions {
  readonly interval: number;
}

export function addExplain(flash: Command): void {
  verb(flash, 'explain')
    .description('say why a socket does not move, and what to do about it')
    .argument('<socket>', 'ID, ID@COOKIE, PROGRAM or PROGRAM/DEVICE:QUEUE')
    .option('--interval <seconds>', 'how long it is watched', someSeconds, 0.5)
    .action(async (socket: string, { json, interval }: Options) => {
      const { before, now } = await lookTwice(interval);
      const found = explain({ before, now, processes: readProcesses(now) }, selectSocket(now, socket));
      if (json) printJson(explanationRecord(found));
      else console.log(formatExplanation(found));
      if (!found.moves) process.exitCode = exitCodes.testFailure;
    });
}

function explanationRecord({ socket, because, ...rest }: Explanation): unknown {
  const { id, cookie } = socket;
  return { id, cookie, ...rest, ...(because !== undefined && { because: explanationRecord(because) }) };
}
