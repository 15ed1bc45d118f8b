import test, { type ExecutionContext } from 'ava';
import { testbed } from './testbed.js';

/** A test that has something at both ends of the wire. */
export function onBothPorts(title: string, run: (t: ExecutionContext) => Promise<void>): void {
  if (testbed.hasPeer) test.serial(title, run);
  else test.serial.skip(`${title}: this takes two ports with a cable between them, and there is one`, run);
}
