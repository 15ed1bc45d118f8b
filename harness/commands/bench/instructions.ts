import { writeFileSync } from 'node:fs';
import { Option, type Command } from 'commander';
import { best, instructionsPerSecond, spread } from '../../bench/counting.js';
import { judge, measureKernel, measureNic, measureTop, type KernelCosts } from '../../bench/instructions.js';
import { differenceRows, profiledPaths, profilePath, profileRows } from '../../bench/profile/profile-path.js';
import { FlashError } from '../../errors.js';
import { refuseKvm } from '../../machine/guest/choose-accelerator.js';
import { withProgress } from '../../host/progress.js';
import { formatTable } from '../../host/table.js';
import { buildImage } from '../../kernel/build/image.js';
import { optionOffConfig } from '../../kernel/configs.js';
import { chosenBase } from '../../kernel/source/base.js';
import { modelsFor } from '../../nics/models-for.js';
import { nicModels, type NicModel } from '../../nics/model.js';
import { buildNative } from '../../native/build-native.js';
import { fileToWrite } from '../file-options.js';
import { guestCommand } from '../guest-command.js';

const shownFunctions = 24;
/** Of a processor, for what looks once a second. */
const topLimit = 0.01;

interface InstructionsOptions {
  readonly json?: string;
  readonly nic?: NicModel;
  readonly optionOff: boolean;
  readonly profile: (typeof profiledPaths)[number] | false;
  readonly top: boolean;
}

export function addBenchInstructions(bench: Command): void {
  guestCommand(bench, 'instructions')
    .description('count the instructions that sending a packet takes, on the vanilla kernel and on ours')
    .addOption(new Option('--nic <model>', "also measure redirects in this NIC's driver").choices(nicModels))
    .option('--json <file>', 'also write the figures as JSON', fileToWrite)
    .addOption(
      new Option('--option-off', 'also measure the series with its option off, in a kernel of its own').default(false),
    )
    .addOption(
      new Option(
        '--profile [path]',
        'list the instructions by function instead, of a hop for batches of 1 and 64 packets, of the wire for 8 on both kernels',
      )
        .choices(profiledPaths)
        .preset('zero-copy hop')
        .default(false)
        .conflicts(['nic', 'json', 'optionOff']),
    )
    .addOption(
      new Option('--top', 'count what a look of `flash top` takes instead')
        .default(false)
        .conflicts(['nic', 'json', 'optionOff', 'profile']),
    )
    .action(async ({ json, nic, optionOff, profile, top }: InstructionsOptions) => {
      if (nic !== undefined) modelsFor(chosenBase(), [nic]);
      refuseKvm('only the emulator counts instructions');
      await buildNative();
      if (profile === 'wire') return showDifference(await buildImage({ vanilla: true }), await buildImage());
      if (profile) return showProfile(await buildImage());
      if (top) return showTop(await buildImage());
      const images = { vanilla: await buildImage({ vanilla: true }), flash: await buildImage() };
      const vanilla = await measureKernel('vanilla', images.vanilla);
      const flash = await measureKernel('flash', images.flash);
      const withoutOption = optionOff
        ? [await measureKernel('option off', await buildImage({ config: optionOffConfig }))]
        : [];
      const onNic = nic === undefined ? [] : [await measureNic(nic, images.flash)];
      const goals = judge(vanilla, flash, ...withoutOption);
      console.log(
        formatTable(
          ['kernel', 'path', 'batch', 'bytes', 'instructions per packet', 'apart'],
          [vanilla, flash, ...withoutOption, ...onNic].flatMap(rowsOf),
        ),
      );
      console.log(
        formatTable(
          ['goal', 'limit', 'measured', ''],
          goals.map(({ what, limit, value, met }) => [what, limit, value, met ? 'met' : 'MISSED']),
        ),
      );
      if (json !== undefined)
        writeFileSync(json, `${JSON.stringify({ vanilla, flash, withoutOption, onNic, goals }, null, 2)}\n`);
      const missed = goals.filter(({ met }) => !met);
      if (missed.length > 0)
        throw new FlashError('testFailure', `${missed.length} of ${goals.length} goals are missed`);
    });
}

async function showProfile(image: string): Promise<void> {
  const [one, many] = await withProgress((onProgress) => profilePath(image, 'zero-copy hop', onProgress));
  console.log(
    formatTable(
      ['function', `a batch of ${one.batch}`, `a batch of ${many.batch}`, 'a packet more'],
      profileRows([one, many], shownFunctions),
    ),
  );
}

/** What a socket on no route pays for the series. */
async function showDifference(vanilla: string, flash: string): Promise<void> {
  const [, before] = await withProgress((onProgress) => profilePath(vanilla, 'wire', onProgress));
  const [, after] = await withProgress((onProgress) => profilePath(flash, 'wire', onProgress));
  console.log(
    formatTable(
      ['function', `vanilla, ${before.batch} packets`, `ours, ${after.batch} packets`, 'more a packet'],
      differenceRows([before, after], shownFunctions),
    ),
  );
}

async function showTop(image: string): Promise<void> {
  const { sockets, hops, nanoseconds, elapsedNanoseconds, redirected } = await measureTop(image);
  const each = [...nanoseconds].sort((a, b) => a - b)[Math.floor(nanoseconds.length / 2)] ?? 0;
  const share = each / instructionsPerSecond;
  console.log(
    formatTable(
      ['what `flash top` looks at', 'instructions of a look', 'beside the chain, once a second'],
      [[`${sockets} sockets, ${hops} hops`, `${(each / 1e6).toFixed(2)} million`, `${(100 * share).toFixed(2)} %`]],
    ),
  );
  console.log(
    `one processor of ${instructionsPerSecond / 1e9} billion instructions a second, ${redirected} redirected in ${(elapsedNanoseconds / 1e9).toFixed(1)} s`,
  );
  if (share > topLimit)
    throw new FlashError('testFailure', `a look takes more than ${100 * topLimit} % of a processor`);
}

function rowsOf({ kernel, costs }: KernelCosts): string[][] {
  return costs.map((cost) => [
    kernel,
    cost.path,
    String(cost.batch),
    String(cost.packetBytes),
    best(cost).toFixed(1),
    `${(spread(cost) * 100).toFixed(2)} %`,
  ]);
}
