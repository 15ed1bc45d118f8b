import test, { type ExecutionContext } from 'ava';
import { testbed } from './testbed.js';

/** A test of system calls that run the NAPI poll of a driver. */
export function onBusyPoll(title: string, run: (t: ExecutionContext) => Promise<void>): void {
  if (testbed.busyPolls) test.serial(title, run);
  else test.serial.skip(`${title}: the driver does not say which NAPI instance serves a queue`, run);
}
