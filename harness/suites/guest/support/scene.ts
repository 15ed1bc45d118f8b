import { createUmem } from '../../../ffi/umem.js';
import { startPumpInUserNamespace } from '../../../native/pump.js';
import { flashId, openListed } from './routed-pair.js';
import { borrowDevice } from './testbed.js';

/** A socket in each of some namespaces, by their flash ids. */
export interface Scene extends AsyncDisposable {
  readonly sockets: Readonly<Record<'I' | 'H' | 'T' | 'U', number>>;
  readonly netns: { readonly here: string; readonly there: string };
  /** Who made the user namespace, and a process in it. */
  readonly user: { readonly uid: number; readonly pid: number };
  /** A user who has made none. */
  readonly outsider: number;
}

const [uid, outsider] = [1000, 1001] as const;

export async function openScene(): Promise<Scene> {
  const [here, there] = [await borrowDevice(), await borrowDevice()];
  const inner = await startPumpInUserNamespace(uid);
  const places = [{ ifname: 'lo' }, { netns: here.netns, ifname: here.a }, { netns: there.netns, ifname: there.a }];
  const umems = places.map(() => createUmem({ frameCount: 8 }));
  const sockets = umems.map((umem, index) => openListed({ ifname: 'lo', ...places[index], queue: 0, umem }));
  const [I = -1, H = -1, T = -1] = sockets.map(flashId);
  const [U = -1] = inner.ids();
  return {
    ...{ sockets: { I, H, T, U }, outsider },
    netns: { here: here.netns, there: there.netns },
    user: { uid, pid: inner.pid },
    async [Symbol.asyncDispose]() {
      for (const each of [...sockets, ...umems]) each.close();
      for (const each of [inner, there, here]) await each[Symbol.asyncDispose]();
    },
  };
}
