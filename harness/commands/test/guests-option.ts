import { InvalidArgumentError, Option, type Command } from 'commander';
import { guestsAtOnce, guestsVariable, readGuests } from '../../machine/guest/at-once.js';

/** Lets a command that runs several guests be told how many at once, and those below it. Others have it from the environment. */
export function withGuests(command: Command): Command {
  return command
    .addOption(
      new Option(
        '--guests <n>',
        `how many guests run at once; also set by ${guestsVariable}; default: one a processor, if there is memory`,
      ).argParser(numberOfGuests),
    )
    .hook('preAction', () => {
      const { guests } = command.opts<{ guests?: number }>();
      if (guests !== undefined) process.env[guestsVariable] = String(guests);
      // What is wrong there is said before anything is built.
      guestsAtOnce();
    });
}

function numberOfGuests(given: string): number {
  const guests = readGuests(given);
  if (guests === undefined) throw new InvalidArgumentError('Give a whole number from 1 to 99.');
  return guests;
}
