import koffi from 'koffi';
import { sized } from './bpf-options.js';
import { libbpf } from './libbpf.js';
import { libc } from './libc.js';
import { checkResult, errnoName } from './native-error.js';

/** What the kernel says of a link: XDP programs on devices, and programs that replace a function of another. */
export interface LinkInfo {
  readonly id: number;
  readonly kind: 'xdp' | 'freplace' | 'other';
  readonly programId: number;
  /** Of freplace: in which program, and which of its functions as a number of its BTF. */
  readonly targetProgramId: number;
  readonly targetFunction: number;
}

export interface ProgramInfo {
  readonly id: number;
  readonly name: string;
}

const infoBytes = 256;
const xdpLink = 6;
const tracingLink = 2;
const bpfXdp = 37;

/** Attaches a program to a device as a link: it is there for as long as anything holds the link. */
export function createXdpLink(programFd: number, ifindex: number, flags: number): number {
  return libbpf.createLink(programFd, ifindex, bpfXdp, sized('link', { flags })) as number;
}

export function readLink(fd: number): LinkInfo {
  const info = readInfo(fd, 'link');
  const type = info.readUInt32LE(0);
  // Programs that trace have an attach type, those that replace a function have none.
  const isFreplace = type === tracingLink && info.readUInt32LE(16) === 0;
  return {
    id: info.readUInt32LE(4),
    kind: type === xdpLink ? 'xdp' : isFreplace ? 'freplace' : 'other',
    programId: info.readUInt32LE(8),
    targetProgramId: isFreplace ? info.readUInt32LE(20) : 0,
    targetFunction: isFreplace ? info.readUInt32LE(24) : 0,
  };
}

export function readProgram(fd: number): ProgramInfo {
  const info = readInfo(fd, 'program');
  return { id: info.readUInt32LE(4), name: info.toString('latin1', 64, 80).replace(/\0.*/s, '') };
}

export interface MapInfo {
  readonly id: number;
  readonly name: string;
  readonly maxEntries: number;
}

export function readMap(fd: number): MapInfo {
  const info = readInfo(fd, 'map');
  const name = info.toString('latin1', 24, 40).replace(/\0.*/s, '');
  return { id: info.readUInt32LE(4), maxEntries: info.readUInt32LE(16), name };
}

function readInfo(fd: number, what: string): Buffer {
  const info = Buffer.alloc(infoBytes);
  checkResult(`asking what ${what} ${fd} is`, libbpf.infoOf(fd, info, [info.length]));
  return info;
}

/** The program of an id; undefined once it is gone. */
export function programOfId(id: number): ProgramInfo | undefined {
  return withFd(openProgram(id), readProgram);
}

/** The program that one calls at its end: the first of the only array of programs that it has. */
export function programAfter(id: number): ProgramInfo | undefined {
  const maps = withFd(openProgram(id), mapsOfProgram) ?? [];
  const next = maps.flatMap(
    (map) => withFd(openById(`opening map ${map}`, libbpf.mapById(map) as number), firstProgram) ?? [],
  );
  return next[0] === undefined ? undefined : programOfId(next[0]);
}

const mostMaps = 64;

function mapsOfProgram(fd: number): number[] {
  const ids = new Uint32Array(mostMaps);
  const info = { nr_map_ids: mostMaps, map_ids: ids };
  checkResult(`asking for the maps of program ${fd}`, libbpf.programInfo(fd, info, [koffi.sizeof('bpf_prog_info')]));
  return [...ids.subarray(0, Math.min(info.nr_map_ids, mostMaps))];
}

const programArray = 3;

function firstProgram(fd: number): number | undefined {
  if (readInfo(fd, 'map').readUInt32LE(0) !== programArray) return undefined;
  const id = Buffer.alloc(4);
  return (libbpf.lookUpBytes(fd, Buffer.alloc(4), id) as number) === 0 ? id.readUInt32LE(0) : undefined;
}

/** Every link of the machine. */
export function listLinks(): LinkInfo[] {
  const links: LinkInfo[] = [];
  const next: [number] = [0];
  for (;;) {
    const result = libbpf.nextLinkId(next[0], next) as number;
    if (result < 0 && errnoName(-result) === 'ENOENT') return links;
    checkResult('listing the links of BPF programs', result);
    const link = withFd(openLink(next[0]), readLink);
    if (link !== undefined) links.push(link);
  }
}

function withFd<T>(fd: number | undefined, work: (fd: number) => T): T | undefined {
  if (fd === undefined) return undefined;
  try {
    return work(fd);
  } finally {
    libc.close(fd);
  }
}

/** Opens a link by its id, to hold it too; undefined once it is gone. */
export function openLink(id: number): number | undefined {
  return openById(`opening link ${id}`, libbpf.linkById(id) as number);
}

export function openProgram(id: number): number | undefined {
  return openById(`opening program ${id}`, libbpf.programById(id) as number);
}

function openById(attempted: string, fd: number): number | undefined {
  if (fd < 0 && ['ENOENT', 'EAGAIN'].includes(errnoName(-fd))) return undefined;
  return checkResult(attempted, fd);
}

/** Modes of XDP, and a number for each in what the kernel says of a device. */
const attachedModes = { 1: 'native', 2: 'generic', 3: 'offload', 4: 'several' } as const;

export interface XdpOnDevice {
  readonly mode: 'native' | 'generic' | 'offload' | 'several';
  readonly programId: number;
}

/** The XDP program of a device of this network namespace; undefined if it has none. */
export function queryXdp(ifindex: number): XdpOnDevice | undefined {
  const options = sized('query', {}) as {
    attach_mode: number;
    prog_id: number;
    drv_prog_id: number;
    skb_prog_id: number;
    hw_prog_id: number;
  };
  checkResult(`asking for the XDP program of device ${ifindex}`, libbpf.query(ifindex, 0, options));
  const mode = attachedModes[options.attach_mode as keyof typeof attachedModes];
  if (mode === undefined) return undefined;
  // A device with programs in several modes has none in the field for the only one.
  return { mode, programId: options.prog_id || options.drv_prog_id || options.skb_prog_id || options.hw_prog_id };
}
