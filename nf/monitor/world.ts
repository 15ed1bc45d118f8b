import { closeSync } from 'node:fs';
import { FlashError } from '../../harness/errors.js';
import { openSocketBeside } from '../../harness/ffi/socket-beside.js';
import { findIndex, nameOfDevice } from '../../harness/ffi/xdp-program.js';
import { attachXskRedirect, type XskRedirect } from '../../harness/ffi/xsk-redirect.js';
import { hasCookie, hasFlash, listIds, requireFlash, writeNextOf } from '../../harness/flash/registry.js';
import { writeWhole } from '../../harness/host/durable-file.js';
import { adoptPlace, cookieOf, isErrno, isFree, openPlace, spare, whereOf } from './open-place.js';
import { makeSharedMemory, takeSharedMemory } from './shared-memory.js';
import type { Place, Target, World } from './surroundings.js';

interface WorldOptions {
  readonly stateFile: string;
  readonly log: (text: string) => void;
}

export function makeWorld({ stateFile, log }: WorldOptions): World {
  const attached = new Map<string, { readonly redirect: XskRedirect; readonly queues: Map<number, string> }>();
  /** A device that was made anew under its name has no program. */
  const ofThisDevice = (device: string) => {
    const known = attached.get(device);
    if (known === undefined || known.redirect.ifindex === findIndex(device)) return known;
    attached.delete(device);
    known.redirect.forget();
    return undefined;
  };
  return {
    open: openPlace,
    adopt(...which) {
      const place = adoptPlace(...which);
      if (place !== undefined && hasFlash()) routed.add(place);
      return place;
    },
    makeMemory: makeSharedMemory,
    takeMemory: takeSharedMemory,
    indexOf: findIndex,
    isFree,
    setRoute,
    cut(place) {
      // Without FLASH there is nowhere to lead it but the wire.
      if (!hasFlash()) return;
      try {
        setRoute(place, ['stall']);
      } catch (error) {
        // Its device is gone, or another one by now: the socket is bound no more, and nothing moves.
        if (!isErrno(error, 'ENODEV', 'EBADF')) throw error;
      }
    },
    setInputs(device, places) {
      const known = ofThisDevice(device);
      const cookies = new Map([...places].map(([queue, { cookie }]) => [queue, cookie]));
      if (known === undefined) {
        if (places.size === 0) return;
        const sockets = new Map([...places].map(([queue, { socketFd }]) => [queue, socketFd]));
        attached.set(device, { redirect: attachXskRedirect({ ifname: device }, sockets), queues: cookies });
        return;
      }
      for (const queue of [...known.queues.keys()]) {
        if (places.has(queue)) continue;
        known.redirect.clearSocket(queue);
        known.queues.delete(queue);
      }
      for (const [queue, { socketFd, cookie }] of places) {
        if (known.queues.get(queue) === cookie) continue;
        known.redirect.setSocket(queue, socketFd);
        known.queues.set(queue, cookie);
      }
    },
    disconnect(device) {
      const known = ofThisDevice(device);
      attached.delete(device);
      known?.redirect[Symbol.dispose]();
    },
    save: (state) => writeWhole(stateFile, JSON.stringify(state)),
    log,
    nowMs: () => performance.now(),
  };
}

function idOf(cookie: string): number {
  const id = listIds().find((each) => hasCookie(each, cookie));
  if (id === undefined) throw new FlashError('infrastructure', 'the kernel does not show a socket that is open');
  return id;
}

/** Writes `next` of a place, whoever has ids that were free meanwhile. */
function route({ cookie }: Place, text: string): void {
  writeNextOf({ id: idOf(cookie), cookie }, text);
}

/**
 * An index leads nowhere once its target has closed: packets for it are dropped, or wait, if no index leads
 * anywhere. A target that is to be missing from the start is a socket that is closed again at once, and if packets
 * are to be dropped for want of any other, one more stays, which no index that a function knows leads to.
 */
function setRoute(source: Place, targets: readonly Target[]): void {
  const where = whereOf.get(source);
  if (where === undefined) throw new FlashError('infrastructure', 'a socket of nobody');
  if (targets.length === 0) {
    spare.get(source)?.();
    if (routed.delete(source)) route(source, '-1');
    return;
  }
  requireFlash();
  const device = source.ifindex === undefined ? where.device : nameOfDevice(source.ifindex);
  const opened: number[] = [];
  const beside = (): number => {
    const fd = openSocketBeside(source.socketFd, device, where.queue);
    opened.push(fd);
    return fd;
  };
  const named = (fd: number): string => `${idOf(cookieOf(fd))}@${cookieOf(fd)}`;
  const words: string[] = [];
  let kept: number | undefined;
  try {
    for (const target of targets) words.push(named(typeof target === 'string' ? beside() : target.socketFd));
    if (targets.every((target) => typeof target === 'string') && targets.includes('drop')) {
      kept = beside();
      words.push(named(kept));
    }
    route(source, words.join(' '));
    routed.add(source);
  } catch (error) {
    kept = undefined;
    throw error;
  } finally {
    for (const fd of opened) if (fd !== kept) closeSync(fd);
  }
  spare.get(source)?.();
  const keep = kept;
  if (keep === undefined) return;
  spare.set(source, () => {
    spare.delete(source);
    closeSync(keep);
  });
}

const routed = new WeakSet<Place>();
