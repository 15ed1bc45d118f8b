import type { Descriptor } from '../../../ffi/ring.js';
import type { Umem } from '../../../ffi/umem.js';

/** One thing that makes a descriptor one the kernel must not follow. */
export interface Fault {
  readonly title: string;
  readonly spoil: (valid: Descriptor, umem: Umem) => Descriptor;
}

const unknownOption = 0x8000;

const faults: readonly Fault[] = [
  { title: 'no bytes', spoil: (valid) => ({ ...valid, len: 0 }) },
  { title: 'all bytes there can be', spoil: (valid) => ({ ...valid, len: 0xffff_ffff }) },
  { title: 'a start behind the UMEM', spoil: (valid, { lengthBytes }) => ({ ...valid, addr: lengthBytes }) },
  { title: 'an end behind the UMEM', spoil: (valid, { lengthBytes }) => ({ ...valid, addr: lengthBytes - 1, len: 2 }) },
  { title: 'an unknown option', spoil: (valid) => ({ ...valid, options: (valid.options ?? 0) | unknownOption }) },
];

/** Unaligned frames may lie across what would be the borders of aligned ones. */
const alignedFaults: readonly Fault[] = [
  {
    title: 'an end in the next frame',
    spoil: (valid, { frameSize }) => ({ ...valid, addr: Number(valid.addr) + frameSize - 1, len: 2 }),
  },
];

/** All that apply to the descriptors of a UMEM. */
export function faultsIn({ unaligned }: { readonly unaligned: boolean }): readonly Fault[] {
  return unaligned ? faults : [...faults, ...alignedFaults];
}
