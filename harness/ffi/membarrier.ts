import { libc } from './libc.js';
import { checkErrno } from './native-error.js';

const membarrierNumber = 324;
const commandGlobal = 1;

/** A grace period of the kernel's RCU passes, none of those that are hurried. */
export function waitForGracePeriod(): void {
  checkErrno('waiting for a grace period', Number(libc.membarrier(membarrierNumber, commandGlobal, 0, 0)));
}
