import { InvalidArgumentError, Option, type Command } from 'commander';
import { exitCodes } from '../../errors.js';
import { formatSeconds, startClock } from '../../host/duration.js';
import { chosenBase } from '../../kernel/source/base.js';
import { buildImage } from '../../kernel/build/image.js';
import { guestConfigs, type GuestConfig } from '../../kernel/configs.js';
import { imageFile } from '../file-options.js';
import { guestCommand } from '../guest-command.js';
import { runChaos } from '../../suites/chaos-suite.js';
import { devices, devicesFor, type DeviceName } from '../../suites/devices.js';
import { failuresOf, formatTotals, showFailures } from '../../suites/suite.js';

interface Options {
  readonly seconds: number;
  readonly seed: number;
  readonly device?: DeviceName;
  readonly config: GuestConfig;
  readonly image?: string;
}

function wholeNumber(text: string): number {
  if (!/^\d{1,9}$/.test(text)) throw new InvalidArgumentError('Give a whole number of at most nine digits.');
  return Number(text);
}

function someSeconds(text: string): number {
  const seconds = wholeNumber(text);
  if (seconds === 0) throw new InvalidArgumentError('Give at least one second.');
  return seconds;
}

/** What random schedules are run. */
export function addChaosOptions(command: Command): Command {
  return command
    .option('--seconds <n>', 'how long to run on each device', someSeconds, 60)
    .option('--seed <n>', 'the seed of the first episode; each later one has the next seed', wholeNumber, 1)
    .addOption(new Option('--device <name>', 'run only on this device').choices(devices));
}

export function addTestChaos(test: Command): void {
  addChaosOptions(guestCommand(test, 'chaos'))
    .description(
      'let sockets send, receive, sleep, close and change routes at random, and check the invariants whenever all is quiet',
    )
    .addOption(new Option('--config <name>', 'the kernel the guest boots').choices(guestConfigs).default('lean'))
    .option('--image <file>', 'boot this kernel instead of building one', imageFile)
    .action(async ({ seconds, seed, device, config, image }: Options) => {
      const asked = devicesFor(chosenBase(), device);
      const bootImage = image === undefined ? await buildImage({ config }) : image;
      for (const each of asked) {
        const elapsed = startClock();
        const result = await runChaos({ device: each, image: bootImage, seconds, seed });
        showFailures(result);
        console.log(
          `chaos on ${each}: ${result.tests.length} episodes, ${result.steps} steps, ${formatTotals(result)} (${formatSeconds(elapsed())})`,
        );
        if (failuresOf(result).length > 0) process.exitCode = exitCodes.testFailure;
      }
    });
}
