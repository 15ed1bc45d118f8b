import koffi from 'koffi';
import { afXdp, bindFlag, libc, pageOffset, sockRaw, solXdp, xdpOption } from './libc.js';
import { layouts } from './layouts.js';
import { mapRingMemory } from './map-rings.js';
import { checkErrno } from './native-error.js';
import { entryBytes } from './ring.js';
import { readRingOffsets } from './xdp-options.js';
import { indexOf } from './xdp-program.js';

const entries = 64;

/**
 * A socket on the queue and the UMEM of another one, with an RX ring that nobody reads and that is full: what is led
 * there waits. Returns its descriptor.
 */
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
    fillUp(beside);
    return beside;
  } catch (error) {
    libc.close(beside);
    throw error;
  }
}

/** Says of an empty RX ring that all its entries are there to be read. */
function fillUp(fd: number): void {
  const { memory, mapping } = mapRingMemory(fd, entries, pageOffset.rx, readRingOffsets(fd).rx, entryBytes.descriptor);
  memory.consumer[0] = -entries;
  mapping.unmap();
}

const duplicateCloseOnExec = 1030;

export function duplicate(fd: number): number {
  return checkErrno(`duplicating descriptor ${fd}`, libc.fcntl(fd, duplicateCloseOnExec, 0));
}
