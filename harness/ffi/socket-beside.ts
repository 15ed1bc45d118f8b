import koffi from 'koffi';
import { afXdp, bindFlag, libc, sockRaw, solXdp, xdpOption } from './libc.js';
import { layouts } from './layouts.js';
import { checkErrno } from './native-error.js';
import { indexOf } from './xdp-program.js';

const entries = 64;

/** A socket on the queue and the UMEM of another one, with an RX ring that nobody reads. Returns its descriptor. */
export function openSocketBeside(fd: number, ifname: string, queue: number): number {
  const attempted = `opening a socket beside another one on ${ifname} queue ${queue}`;
  const beside = checkErrno(attempted, libc.socket(afXdp, sockRaw, 0));
  try {
    const value = Buffer.alloc(4);
    value.writeUInt32LE(entries);
    checkErrno(attempted, libc.setsockopt(beside, solXdp, xdpOption.rxRing, value, value.length));
    const address = {
      ...{ sxdp_family: afXdp, sxdp_flags: bindFlag.sharedUmem, sxdp_ifindex: indexOf(ifname) },
      ...{ sxdp_queue_id: queue, sxdp_shared_umem_fd: fd },
    };
    checkErrno(attempted, libc.bind(beside, address, koffi.sizeof(layouts.sockaddr_xdp)));
    return beside;
  } catch (error) {
    libc.close(beside);
    throw error;
  }
}

const duplicateCloseOnExec = 1030;

export function duplicate(fd: number): number {
  return checkErrno(`duplicating descriptor ${fd}`, libc.fcntl(fd, duplicateCloseOnExec, 0));
}
