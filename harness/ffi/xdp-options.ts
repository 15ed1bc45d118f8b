import koffi from 'koffi';
import { afXdp, libc, sockRaw, solXdp, xdpOption } from './libc.js';
import { layouts } from './layouts.js';
import { checkErrno } from './native-error.js';

/** Where the parts of a ring are, from where it is mapped. */
export interface RingOffsets {
  readonly producer: number;
  readonly consumer: number;
  readonly desc: number;
  readonly flags: number;
}

export type AllRingOffsets = Readonly<Record<'rx' | 'tx' | 'fr' | 'cr', RingOffsets>>;

export function getXdpOption(
  fd: number,
  name: string,
  option: number,
  target: object,
  type: keyof typeof layouts,
): void {
  const length = [koffi.sizeof(layouts[type])];
  checkErrno(`reading ${name}`, libc.getsockopt(fd, solXdp, option, koffi.as(target, `${type} *`), length));
}

export function readRingOffsets(fd: number): AllRingOffsets {
  const offsets = {};
  getXdpOption(fd, 'XDP_MMAP_OFFSETS', xdpOption.mmapOffsets, offsets, 'xdp_mmap_offsets');
  return offsets as AllRingOffsets;
}

/** The same of every AF_XDP socket of this kernel, asked of one that is there for that alone. */
export function ringOffsetsOfKernel(): AllRingOffsets {
  const fd = checkErrno('opening an AF_XDP socket', libc.socket(afXdp, sockRaw, 0));
  try {
    return readRingOffsets(fd);
  } finally {
    libc.close(fd);
  }
}
