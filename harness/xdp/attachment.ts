import type { BpfObject } from '../ffi/bpf-object.js';
import { mapsOf } from '../ffi/bpf-object.js';
import { libbpf } from '../ffi/libbpf.js';
import { checkResult } from '../ffi/native-error.js';
import { inNetns } from '../ffi/netns.js';
import type { XdpMode } from '../ffi/xdp-dispatcher.js';
import type { CataloguedProgram } from './catalogue.js';

export const attachModes = ['auto', 'native', 'generic', 'offload'] as const;
/** `auto` is native where the driver has it, and generic elsewhere. */
export type AttachMode = (typeof attachModes)[number];

export interface XdpDevice {
  readonly netns?: string | undefined;
  readonly ifname: string;
}

export interface AttachOptions {
  /** A program on several devices has the same maps on all of them. */
  readonly devices: readonly XdpDevice[];
  readonly programs: readonly CataloguedProgram[];
  readonly mode?: AttachMode;
  /** Its maps are those of the programs as well, where they have the same names. */
  readonly sharing?: Pick<Attachment, 'programs'> | undefined;
  /** Fills their maps, before the first packet gets to them. */
  readonly prepare?: ((maps: ProgramMaps) => void) | undefined;
  /** Told why `auto` does without native mode. */
  readonly onRefusal?: ((reason: string) => void) | undefined;
  /** Told why the kernel has no dispatcher, so that other commands cannot join. */
  readonly onAlone?: ((reason: string) => void) | undefined;
}

export interface AttachedDevice extends XdpDevice {
  readonly mode: XdpMode | 'offload';
}

export interface AttachedProgram {
  readonly name: string;
  readonly mapFd: (map: string) => number;
  /** Of another program of its file. */
  readonly programFd: (program: string) => number;
  readonly mapNames: readonly string[];
}

export interface ProgramMaps {
  /** In the order they run. */
  readonly programs: readonly AttachedProgram[];
  readonly mapFd: (map: string) => number;
}

/** Programs on devices; they are there until it is disposed of, and no longer than this process unless they are pinned. */
export interface Attachment extends ProgramMaps, Disposable {
  readonly devices: readonly AttachedDevice[];
  /** What a pin has to hold so that they stay. */
  readonly links: readonly { readonly name: string; readonly fd: number }[];
}

export interface LoadedProgram {
  readonly program: CataloguedProgram;
  readonly object: BpfObject;
}

export function mapsOfPrograms(loaded: readonly LoadedProgram[]): ProgramMaps {
  const programs = loaded.map(({ program: { name }, object: { mapFd, programFd, mapNames } }) => ({
    ...{ name, mapFd, programFd, mapNames },
  }));
  return {
    programs,
    mapFd(map) {
      const owner = programs.find(({ mapNames }) => mapNames.includes(map));
      if (owner === undefined) throw new RangeError(`no program that is attached has a map "${map}"`);
      return owner.mapFd(map);
    },
  };
}

/** Does synchronous work in the network namespace of a device. */
export const inDevice = <T>({ netns }: XdpDevice, work: () => T): T =>
  netns === undefined ? work() : inNetns(netns, work);

/** Gives an object that is not loaded yet the maps of another attachment; what follows a program is each one's own. */
export function shareMaps(object: unknown, sharing: AttachOptions['sharing']): void {
  for (const map of mapsOf(object)) {
    const name = libbpf.mapName(map) as string;
    const owner = sharing?.programs.find(({ mapNames }) => mapNames.includes(name));
    if (owner === undefined || name.endsWith('_next')) continue;
    checkResult(`sharing the map ${name}`, libbpf.reuseMapFd(map, owner.mapFd(name)));
  }
}
