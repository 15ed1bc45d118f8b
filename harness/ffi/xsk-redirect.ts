import { nativePaths } from '../native/build-native.js';
import { libbpf } from './libbpf.js';
import { checkResult } from './native-error.js';
import { attachXdpProgram, type XdpProgram, type XdpProgramOptions } from './xdp-program.js';

/** The program of bpf/xsk_redirect.bpf.c on one device. */
export interface XskRedirect extends Omit<XdpProgram, 'mapFd'> {
  /** What arrives on the queue goes to this socket from now on. */
  readonly setSocket: (queue: number, fd: number) => void;
  readonly clearSocket: (queue: number) => void;
}

const give = (mapFd: number, queue: number, fd: number): void =>
  void checkResult(`giving queue ${queue} to a socket`, libbpf.updateElement(mapFd, [queue], [fd], 0));

/**
 * Attaches it; disposing takes it off again.
 *
 * @param sockets by queue: what they get from the first packet on.
 */
export function attachXskRedirect(
  where: Pick<XdpProgramOptions, 'netns' | 'ifname' | 'mode'>,
  sockets: ReadonlyMap<number, number> = new Map(),
): XskRedirect {
  const { mapFd, ...program } = attachXdpProgram({
    object: nativePaths.xskRedirect,
    program: 'xsk_redirect',
    map: 'xsks',
    beforeAttaching: (fd) => sockets.forEach((socket, queue) => give(fd, queue, socket)),
    ...where,
  });
  return {
    ...program,
    setSocket: (queue, fd) => give(mapFd, queue, fd),
    clearSocket: (queue) =>
      void checkResult(`taking queue ${queue} from its socket`, libbpf.deleteElement(mapFd, [queue])),
  };
}
