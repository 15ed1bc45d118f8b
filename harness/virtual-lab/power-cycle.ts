import { describeFailure, FlashError } from '../errors.js';
import { handsOn } from './power.js';

/** What `power-cycle` of an inventory calls, with the socket of the machine's monitor. */
try {
  await handsOn(process.argv[2] ?? '').powerCycle();
} catch (error) {
  console.error(describeFailure(error));
  process.exitCode = error instanceof FlashError ? error.exitCode : 70;
}
