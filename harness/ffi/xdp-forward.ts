import { nativePaths } from '../native/build-native.js';
import { libbpf } from './libbpf.js';
import { checkResult } from './native-error.js';
import { inNetns } from './netns.js';
import { attachXdpProgram, indexOf } from './xdp-program.js';

/** A function of a chain that is an XDP program, bpf/xdp_forward.bpf.c: what arrives on one device leaves on the other. */
export function attachXdpForward({
  netns,
  from,
  to,
}: {
  readonly netns: string;
  readonly from: string;
  readonly to: string;
}): Disposable {
  const program = attachXdpProgram({
    object: nativePaths.xdpForward,
    program: 'xdp_forward',
    map: 'devices',
    netns,
    ifname: from,
  });
  try {
    // The map looks the index up in the namespace of who writes it.
    const write = (): number => libbpf.updateElement(program.mapFd, [0], [indexOf(to)], 0) as number;
    checkResult(`giving ${to} to the program of ${from}`, inNetns(netns, write));
    return program;
  } catch (error) {
    program[Symbol.dispose]();
    throw error;
  }
}
