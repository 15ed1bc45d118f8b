import { afXdp, libc, sockRaw, solXdp, xdpOption } from '../../../ffi/libc.js';
import { checkErrno } from '../../../ffi/native-error.js';

/** AF_XDP sockets on no device, with an RX ring alone: enough for a map that programs look into. */
export interface BareSockets extends Disposable {
  readonly fds: readonly number[];
  readonly close: (at: number) => void;
}

const ringEntries = Buffer.from(Uint32Array.of(2).buffer);

export function openBareSockets(count: number): BareSockets {
  const open = new Map<number, number>();
  const close = (at: number): void => {
    const fd = open.get(at);
    if (fd !== undefined) libc.close(fd);
    open.delete(at);
  };
  const closeAll = (): void => {
    for (const at of [...open.keys()]) close(at);
  };
  try {
    for (let at = 0; at < count; at++) {
      const fd = checkErrno('opening an AF_XDP socket', libc.socket(afXdp, sockRaw, 0));
      open.set(at, fd);
      // Linux 7.3 takes none into a map that could receive nothing.
      const set = libc.setsockopt(fd, solXdp, xdpOption.rxRing, ringEntries, ringEntries.length);
      checkErrno('asking for an RX ring', set);
    }
  } catch (error) {
    closeAll();
    throw error;
  }
  return { fds: [...open.values()], close, [Symbol.dispose]: closeAll };
}
