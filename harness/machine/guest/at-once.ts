import { availableParallelism, freemem } from 'node:os';
import { FlashError } from '../../errors.js';

/** Set by --guests, too. */
export const guestsVariable = 'FLASH_GUESTS';

/** What a guest takes of this machine's memory at most, with its hypervisor and the cards that are played for it. */
const guestBytes = 4 * 2 ** 30;
const mostUnasked = 8;

/**
 * How many guests run at once where there are several to run: as many as were asked for, or one a processor, if there is
 * memory for them. A guest has more processors than that; emulated, mostly they wait for each other.
 */
export function guestsAtOnce(processors = availableParallelism(), freeBytes = availableBytes()): number {
  const asked = process.env[guestsVariable];
  if (asked) return readGuests(asked) ?? refuse(asked);
  return Math.max(1, Math.min(processors, Math.floor(freeBytes / guestBytes), mostUnasked));
}

/** Of the machine, or of what a container may have. */
function availableBytes(): number {
  return Math.min(freemem(), process.constrainedMemory() || Infinity);
}

export function readGuests(text: string): number | undefined {
  return /^[1-9]\d?$/.test(text) ? Number(text) : undefined;
}

function refuse(text: string): never {
  throw new FlashError('usage', `${guestsVariable} is "${text}", which is no number of guests`, {
    advice: 'give a whole number from 1 to 99',
  });
}
