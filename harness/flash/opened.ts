import { listIds } from './registry.js';

/**
 * Runs what opens one AF_XDP socket, and says by which id the kernel lists it: the one that is new. Nobody else may
 * open any meanwhile.
 */
export function listedAs<Socket extends Disposable>(
  open: () => Socket,
): { readonly socket: Socket; readonly id: number } {
  const before = new Set(listIds());
  const socket = open();
  const [id, ...more] = listIds().filter((listed) => !before.has(listed));
  if (id !== undefined && more.length === 0) return { socket, id };
  socket[Symbol.dispose]();
  throw new Error(`opening one socket made ${more.length + (id === undefined ? 0 : 1)} appear in the list`);
}
