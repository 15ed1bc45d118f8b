import { release } from 'node:os';
import { join, resolve } from 'node:path';
import { InvalidArgumentError, Option, type Command } from 'commander';
import { FlashError } from '../errors.js';
import { withProgress } from '../host/progress.js';
import { callerDir } from '../host/repository.js';
import { formatTable } from '../host/table.js';
import { buildImage } from '../kernel/build/image.js';
import { chosenBase } from '../kernel/source/base.js';
import { buildNative } from '../native/build-native.js';
import { ownModels, type OwnModel } from '../nics/model.js';
import { goalHead, goalRows, judge, quarterHead, quarterRows } from '../soak/judge.js';
import { beginSoak, resumeSoak, secondsLeft, type SoakRecord } from '../soak/record.js';
import { runSoak, writePage } from '../soak/run-soak.js';
import { imageFile } from './file-options.js';
import { guestCommand } from './guest-command.js';

interface Options {
  readonly for: number;
  readonly round: number;
  readonly nic?: OwnModel;
  readonly image?: string;
  readonly here: boolean;
  readonly out?: string;
  readonly resume?: string;
}

const unitSeconds = { h: 3600, m: 60, s: 1 } as const;
const longestDownload = 240;

export function addSoak(program: Command): void {
  guestCommand(program, 'soak')
    .description('run the chain of the demo for hours, in a guest, and write what changes over time to a page')
    .addOption(
      new Option('--for <time>', 'for how long, such as 24h, 90m or 300s')
        .argParser(duration)
        .default(24 * unitSeconds.h, '24h'),
    )
    .addOption(
      new Option('--round <time>', `for how long each round downloads, at most ${longestDownload}s`)
        .argParser(downloadTime)
        .default(unitSeconds.m, '1m'),
    )
    .addOption(
      new Option('--nic <model>', 'use emulated NICs in zero-copy mode instead of veth pairs')
        .choices(ownModels)
        .conflicts('here'),
    )
    .addOption(
      new Option('--image <file>', 'boot this kernel instead of building one').argParser(imageFile).conflicts('here'),
    )
    .option('--here', 'run on this machine, whose kernel has FLASH', false)
    .option('--out <folder>', 'where to write the rounds and the page; default: soak-report/ and the time')
    .addOption(
      new Option('--resume <folder>', 'go on with the run whose rounds are there, as it began').conflicts([
        ...['out', 'for', 'round', 'nic', 'image', 'here'],
      ]),
    )
    .action(soak);
}

async function soak(options: Options): Promise<void> {
  const record = openRecordOf(options);
  if (secondsLeft(record) > 0) {
    await buildNative();
    const { place, image } = record.soak;
    const toBoot = place === 'this machine' ? undefined : (image ?? (await buildImage()));
    await withProgress((onProgress) => runSoak(record, toBoot, onProgress));
  }
  const goals = judge(record);
  console.log(formatTable(quarterHead, quarterRows(record.rounds())));
  console.log(formatTable(goalHead, goalRows(goals)));
  for (const { failure, logPath } of record.failures())
    console.log(['ended before its time:', failure, ...(logPath === undefined ? [] : [`(${logPath})`])].join(' '));
  console.log(await writePage(record));
  const missed = goals.filter(({ met }) => met === false);
  if (missed.length > 0) throw new FlashError('testFailure', `${missed.length} of ${goals.length} goals are missed`);
}

/** What is wrong with the folder is said before anything is built. */
function openRecordOf({ here, nic, image, resume, out, ...times }: Options): SoakRecord {
  if (resume !== undefined) {
    const record = resumeSoak(resolve(callerDir, resume));
    const { place, base } = record.soak;
    if (place === 'this machine' || base === chosenBase()) return record;
    throw new FlashError('usage', `that run has a kernel of base ${base}`, { advice: `add --base ${base}` });
  }
  return beginSoak(resolve(callerDir, out ?? join('soak-report', timeNow())), {
    ...{ place: here ? 'this machine' : 'a guest', base: here ? release() : chosenBase() },
    ...(image !== undefined && { image }),
    ...(nic !== undefined && { nic }),
    ...{ seconds: times.for, downloadSeconds: times.round },
  });
}

/** As a name of a folder, in UTC. */
const timeNow = (): string => new Date().toISOString().slice(0, 19).replaceAll(':', '');

function duration(given: string): number {
  const [, number, unit] = /^(\d+(?:\.\d+)?)([hms])$/.exec(given) ?? [];
  const seconds = Number(number) * unitSeconds[unit as keyof typeof unitSeconds];
  if (seconds > 0) return seconds;
  throw new InvalidArgumentError('Give a number with h, m or s behind it, such as 24h.');
}

function downloadTime(given: string): number {
  const seconds = duration(given);
  if (seconds <= longestDownload) return seconds;
  throw new InvalidArgumentError(`Give at most ${longestDownload}s: a download that takes longer counts as stuck.`);
}
