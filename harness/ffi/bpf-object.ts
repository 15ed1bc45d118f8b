import koffi from 'koffi';
import { FlashError } from '../errors.js';
import { sized } from './bpf-options.js';
import { libbpf } from './libbpf.js';
import { checkResult, errnoName, NativeError } from './native-error.js';

/** A compiled file of bpf/ whose programs and maps the kernel has, until it is disposed of. */
export interface BpfObject extends Disposable {
  readonly program: (name: string) => unknown;
  readonly programFd: (name: string) => number;
  readonly mapFd: (name: string) => number;
  readonly mapNames: readonly string[];
}

export interface LoadOptions {
  readonly path: string;
  /** Called when the file has been read and nothing is in the kernel yet. */
  readonly prepare?: (handle: { readonly object: unknown; readonly program: (name: string) => unknown }) => void;
}

const logBytes = 1 << 20;

/** Loads a file. What the verifier has against it is in the error. */
export function loadBpfObject({ path, prepare }: LoadOptions): BpfObject {
  const log = Buffer.alloc(logBytes);
  const object: unknown = libbpf.openFile(
    path,
    sized('open', { kernel_log_buf: log, kernel_log_size: log.length, kernel_log_level: 0 }),
  );
  if (!object) throw new NativeError(`opening ${path}`, koffi.errno());
  const close = (): void => void libbpf.closeObject(object);
  try {
    prepare?.({ object, program: (name) => findProgram(object, name) });
    const result = libbpf.load(object) as number;
    if (result < 0) throw refused(path, -result, log);
  } catch (error) {
    close();
    throw error;
  }
  return {
    program: (name) => findProgram(object, name),
    programFd: (name) => libbpf.programFd(findProgram(object, name)) as number,
    mapFd: (name) => checkResult(`looking for the map "${name}"`, libbpf.findMapFd(object, name)),
    mapNames: mapsOf(object).map((map) => libbpf.mapName(map) as string),
    [Symbol.dispose]: close,
  };
}

/** Every map of an object that is open. */
export function mapsOf(object: unknown): unknown[] {
  const maps: unknown[] = [];
  for (let map: unknown = libbpf.nextMap(object, null); map; map = libbpf.nextMap(object, map)) maps.push(map);
  return maps;
}

function findProgram(object: unknown, name: string): unknown {
  const program: unknown = libbpf.findProgram(object, name);
  if (!program) throw new NativeError(`looking for the program "${name}"`, koffi.os.errno['ENOENT'] ?? 0);
  return program;
}

const logLines = 12;

function refused(path: string, errno: number, log: Buffer): FlashError {
  const text = log.toString('utf8', 0, log.indexOf(0)).trim();
  const kept = text.split('\n').slice(-logLines).join('\n');
  const notAllowed = errnoName(errno) === 'EPERM';
  return new FlashError('infrastructure', `the kernel does not take ${path}: ${errnoName(errno)}`, {
    cause: new NativeError(`loading ${path}`, errno),
    ...(kept !== '' && { logTail: kept }),
    ...(notAllowed && { advice: 'XDP programs need root, or CAP_BPF and CAP_NET_ADMIN: run this as root' }),
  });
}
