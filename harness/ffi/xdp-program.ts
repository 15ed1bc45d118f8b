import koffi from 'koffi';
import { libbpf, xdpFlag } from './libbpf.js';
import { libc } from './libc.js';
import { checkResult, errnoName, NativeError } from './native-error.js';
import { inNetns } from './netns.js';

/** An XDP program on a device, and its map. */
export interface XdpProgram extends Disposable {
  readonly mapFd: number;
  readonly ifindex: number;
  /** Closes it and leaves the device alone, which is not the one any more that had it. */
  readonly forget: () => void;
}

export interface XdpProgramOptions {
  /** The compiled file, and what its program and its map are called there. */
  readonly object: string;
  readonly program: string;
  readonly map: string;
  readonly netns?: string | undefined;
  readonly ifname: string;
  readonly mode?: 'native' | 'generic';
  /** Works on the map before packets are looked up in it. */
  readonly beforeAttaching?: ((mapFd: number) => void) | undefined;
}

/** Loads and attaches it; disposing takes it off again. */
export function attachXdpProgram({
  object: path,
  program,
  map,
  netns,
  ifname,
  mode = 'native',
  beforeAttaching,
}: XdpProgramOptions): XdpProgram {
  const here = <T>(work: () => T): T => (netns === undefined ? work() : inNetns(netns, work));
  const object = loadObject(path);
  try {
    const programFd = libbpf.programFd(libbpf.findProgram(object, program)) as number;
    const mapFd = checkResult(`looking for the map "${map}"`, libbpf.findMapFd(object, map));
    const ifindex = indexOf(ifname, netns);
    beforeAttaching?.(mapFd);
    checkResult(
      `attaching the XDP program to ${ifname}`,
      here(() => libbpf.attach(ifindex, programFd, xdpFlag[mode], null) as number),
    );
    const forget = (): void => void libbpf.closeObject(object);
    return {
      ...{ mapFd, ifindex, forget },
      [Symbol.dispose]() {
        here(() => libbpf.detach(ifindex, xdpFlag[mode], null) as number);
        forget();
      },
    };
  } catch (error) {
    libbpf.closeObject(object);
    throw error;
  }
}

/** The index of a device; 0 if there is none. */
export const findIndex = (ifname: string): number => libc.ifNameToIndex(ifname) as number;

const nameBytes = 16;

/** The name that a device has by now; undefined if it is gone. */
export function findName(ifindex: number): string | undefined {
  const name = Buffer.alloc(nameBytes);
  if (libc.ifIndexToName(ifindex, name) === null) {
    if (['ENXIO', 'ENODEV'].includes(errnoName(koffi.errno()))) return undefined;
    throw new NativeError(`asking for the name of device ${ifindex}`, koffi.errno());
  }
  return name.toString('latin1', 0, name.indexOf(0));
}

/** The same of one that must exist. */
export function nameOfDevice(ifindex: number): string {
  const name = findName(ifindex);
  if (name === undefined) throw new NativeError(`looking for device ${ifindex}`, koffi.os.errno['ENODEV'] ?? 0);
  return name;
}

/** The index of a device; it must exist. */
export function indexOf(ifname: string, netns?: string): number {
  const ifindex = netns === undefined ? findIndex(ifname) : inNetns(netns, () => findIndex(ifname));
  if (ifindex === 0) throw new NativeError(`looking for device ${ifname}`, koffi.os.errno['ENODEV'] ?? 0);
  return ifindex;
}

function loadObject(path: string): unknown {
  const object: unknown = libbpf.openFile(path, null);
  if (!object) throw new NativeError(`opening ${path}`, koffi.errno());
  const result = libbpf.load(object) as number;
  if (result === 0) return object;
  libbpf.closeObject(object);
  throw new NativeError(`loading ${path}`, -result);
}
