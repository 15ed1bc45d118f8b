import { join, resolve } from 'node:path';
import { InvalidArgumentError, Option, type Command } from 'commander';
import { FlashError } from '../errors.js';
import { withProgress } from '../host/progress.js';
import { callerDir } from '../host/repository.js';
import { formatTable } from '../host/table.js';
import { buildImage } from '../kernel/build/image.js';
import { buildNative } from '../native/build-native.js';
import { ownModels, type OwnModel } from '../nics/model.js';
import { judge, quarterHead, quarterRows } from '../soak/judge.js';
import { pageName, runSoak } from '../soak/run-soak.js';
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
    .addOption(new Option('--resume <folder>', 'go on with the run whose rounds are there').conflicts('out'))
    .action(async (options: Options) => {
      const outDir = resolve(callerDir, options.resume ?? options.out ?? join('soak-report', timeNow()));
      await buildNative();
      const image = options.here ? undefined : (options.image ?? (await buildImage()));
      const rounds = await withProgress((onProgress) =>
        runSoak({
          ...{ seconds: options.for, downloadSeconds: options.round, nic: options.nic, image },
          ...{ outDir, resume: options.resume !== undefined, onProgress },
        }),
      );
      const goals = judge(rounds);
      console.log(formatTable(quarterHead, quarterRows(rounds)));
      console.log(
        formatTable(
          ['goal', 'limit', 'measured', ''],
          goals.map(({ what, limit, measured, met }) => [what, limit, measured, says(met)]),
        ),
      );
      console.log(join(outDir, pageName));
      const missed = goals.filter(({ met }) => met === false);
      if (missed.length > 0)
        throw new FlashError('testFailure', `${missed.length} of ${goals.length} goals are missed`);
    });
}

/** As a name of a folder, in UTC. */
const timeNow = (): string => new Date().toISOString().slice(0, 16).replace(':', '');

function says(met: boolean | undefined): string {
  if (met === undefined) return '';
  return met ? 'met' : 'MISSED';
}

function duration(given: string): number {
  const [, number, unit] = /^(\d+(?:\.\d+)?)([hms])$/.exec(given) ?? [];
  const seconds = Number(number) * unitSeconds[unit as keyof typeof unitSeconds];
  if (seconds > 0) return seconds;
  throw new InvalidArgumentError('is a number with h, m or s behind it, such as 24h');
}

function downloadTime(given: string): number {
  const seconds = duration(given);
  if (seconds <= longestDownload) return seconds;
  throw new InvalidArgumentError(`is at most ${longestDownload}s: a download that takes longer counts as stuck`);
}
