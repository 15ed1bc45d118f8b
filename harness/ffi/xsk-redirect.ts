import koffi from 'koffi';
import { nativePaths } from '../native/build-native.js';
import { libbpf, xdpFlag } from './libbpf.js';
import { libc } from './libc.js';
import { checkResult, NativeError } from './native-error.js';
import { inNetns } from './netns.js';

/** The program of bpf/xsk_redirect.bpf.c on one device. */
export interface XskRedirect extends Disposable {
  /** What arrives on the queue goes to this socket from now on. */
  readonly setSocket: (queue: number, fd: number) => void;
  readonly clearSocket: (queue: number) => void;
}

export interface XskRedirectOptions {
  readonly netns?: string;
  readonly ifname: string;
  readonly mode?: 'native' | 'generic';
}

/** Attaches it; disposing takes it off again. */
export function attachXskRedirect({ netns, ifname, mode = 'native' }: XskRedirectOptions): XskRedirect {
  const here = <T>(work: () => T): T => (netns === undefined ? work() : inNetns(netns, work));
  const object = loadObject();
  try {
    const programFd = libbpf.programFd(libbpf.findProgram(object, 'xsk_redirect')) as number;
    const mapFd = checkResult('looking for the map "xsks"', libbpf.findMapFd(object, 'xsks'));
    const ifindex = here(() => libc.ifNameToIndex(ifname) as number);
    if (ifindex === 0) throw new NativeError(`looking for device ${ifname}`, koffi.os.errno['ENODEV'] ?? 0);
    checkResult(`attaching the XDP program to ${ifname}`, here(() => libbpf.attach(ifindex, programFd, xdpFlag[mode], null) as number));
    return {
      setSocket: (queue, fd) => void checkResult(`giving queue ${queue} to a socket`, libbpf.updateElement(mapFd, [queue], [fd], 0)),
      clearSocket: (queue) => void checkResult(`taking queue ${queue} from its socket`, libbpf.deleteElement(mapFd, [queue])),
      [Symbol.dispose]() {
        here(() => libbpf.detach(ifindex, xdpFlag[mode], null) as number);
        libbpf.closeObject(object);
      },
    };
  } catch (error) {
    libbpf.closeObject(object);
    throw error;
  }
}

function loadObject(): unknown {
  const object: unknown = libbpf.openFile(nativePaths.xskRedirect, null);
  if (!object) throw new NativeError(`opening ${nativePaths.xskRedirect}`, koffi.errno());
  const result = libbpf.load(object) as number;
  if (result === 0) return object;
  libbpf.closeObject(object);
  throw new NativeError(`loading ${nativePaths.xskRedirect}`, -result);
}
