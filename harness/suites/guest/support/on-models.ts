import test, { type ExecutionContext } from 'ava';
import { testbed } from './testbed.js';

/** A test that holds the packets on a wire or takes the wire away, as only that of a model lets it. */
export function onModels(title: string, run: (t: ExecutionContext) => Promise<void>): void {
  if (testbed.controlsWire) test.serial(title, run);
  else test.serial.skip(`${title}: nobody can hold or cut a real cable`, run);
}
