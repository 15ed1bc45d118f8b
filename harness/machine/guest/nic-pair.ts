import type { GuestNics } from './nic-devices.js';
import { isOwn, type NicModel } from '../../nics/model.js';
import { startNics } from '../../nics/start-nics.js';

/** Two ports of a model with a wire between them, for one guest. */
export async function startNicPair(model: NicModel): Promise<GuestNics & AsyncDisposable> {
  if (isOwn(model)) return startNics({ ports: [{ model }, { model }], wires: [[0, { port: 1 }]] });
  return { pairOf: model, ports: [], failure: () => undefined, [Symbol.asyncDispose]: async () => undefined };
}
