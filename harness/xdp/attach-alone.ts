import { FlashError } from '../errors.js';
import { createXdpLink } from '../ffi/bpf-link.js';
import { loadBpfObject, mapsOf, type BpfObject } from '../ffi/bpf-object.js';
import { u32Key } from '../ffi/bpf-map.js';
import { closing } from '../ffi/closing.js';
import { libbpf, xdpFlag } from '../ffi/libbpf.js';
import { checkResult } from '../ffi/native-error.js';
import { AttachError, type XdpMode } from '../ffi/xdp-dispatcher.js';
import { indexOf } from '../ffi/xdp-program.js';
import {
  inDevice,
  mapsOfPrograms,
  shareMaps,
  type AttachOptions,
  type AttachedDevice,
  type Attachment,
  type XdpDevice,
} from './attachment.js';
import type { CataloguedProgram } from './catalogue.js';
import { describeRefusal, refusedFor } from './refusal.js';

type Mode = XdpMode | 'offload';

export interface AloneOptions {
  readonly devices: readonly XdpDevice[];
  /** In the order they run. */
  readonly programs: readonly CataloguedProgram[];
  /** The first that a device takes. */
  readonly modes: readonly Mode[];
  readonly sharing?: AttachOptions['sharing'];
  readonly prepare?: AttachOptions['prepare'];
  readonly onRefusal?: AttachOptions['onRefusal'];
}

/** Attaches programs as the only ones of each device: the first of them, which calls the next, and so on. */
export function attachAlone({ devices, programs, modes, sharing, prepare, onRefusal }: AloneOptions): Attachment {
  using opened = closing();
  const loaded = programs.map((program) => ({
    program,
    object: opened.use(
      modes[0] === 'offload'
        ? loadOffloaded(program, devices)
        : loadBpfObject({ path: program.object, prepare: ({ object }) => shareMaps(object, sharing) }),
    ),
  }));
  for (const [at, { program, object }] of loaded.slice(0, -1).entries()) {
    const following = loaded[at + 1] as (typeof loaded)[number];
    if (program.next === undefined) throw isLast(program, following.program);
    const programFd = following.object.programFd(following.program.program);
    checkResult(
      `having ${program.name} call ${following.program.name}`,
      libbpf.updateBytes(object.mapFd(program.next), u32Key(0), u32Key(programFd), 0),
    );
  }
  const [head] = loaded;
  if (head === undefined) throw new RangeError('no program to attach');
  const maps = mapsOfPrograms(loaded);
  prepare?.(maps);
  const programFd = head.object.programFd(head.program.program);
  const attached = devices.map((device) => {
    const { linkFd, mode } = linkTo(device, programFd, modes, onRefusal);
    opened.add(linkFd);
    return { device: { ...device, mode } satisfies AttachedDevice, linkFd };
  });
  return {
    ...maps,
    devices: attached.map(({ device }) => device),
    links: attached.map(({ device, linkFd }) => ({ name: `${head.program.name}-${device.ifname}`, fd: linkFd })),
    ...opened.keep(),
  };
}

function isLast({ name }: CataloguedProgram, following: CataloguedProgram): FlashError {
  return new FlashError('usage', `${name} gives every packet away: ${following.name} would see none behind it`, {
    advice: 'attach one of them only',
  });
}

function linkTo(
  device: XdpDevice,
  programFd: number,
  modes: readonly Mode[],
  onRefusal: AloneOptions['onRefusal'],
): { readonly linkFd: number; readonly mode: Mode } {
  const { ifname, netns } = device;
  const ifindex = indexOf(ifname, netns);
  return inDevice(device, () => {
    for (const mode of modes) {
      const linkFd = createXdpLink(programFd, ifindex, xdpFlag[mode]);
      if (linkFd >= 0) return { linkFd, mode };
      const error = new AttachError(`attaching to ${ifname} in ${mode} mode`, -linkFd);
      const tried = { ifname, ifindex, programFd, mode, error };
      if (mode === modes.at(-1) || ['EBUSY', 'EEXIST'].includes(error.errno)) throw refusedFor(tried);
      onRefusal?.(describeRefusal(tried));
    }
    throw new RangeError('no mode to attach in');
  });
}

const xdpProgram = 6;
const attachTypeXdp = 37;

/** No NIC takes a program for packets of several buffers, which libbpf makes of those of such a section. */
function withoutFrags<T>(load: () => T): T {
  const handler = libbpf.registerSection('xdp.frags', xdpProgram, attachTypeXdp, null);
  const id = checkResult('preparing to load a program for a NIC', handler);
  try {
    return load();
  } finally {
    libbpf.unregisterSection(id);
  }
}

/** For a NIC that runs programs itself, which has the maps as well. */
function loadOffloaded({ name, object: path, program }: CataloguedProgram, devices: readonly XdpDevice[]): BpfObject {
  const [device, ...others] = devices;
  if (device === undefined || others.length > 0) {
    throw new FlashError('usage', 'a NIC that runs a program itself does not share it with another', {
      advice: 'attach it to one device at a time',
    });
  }
  const ifindex = indexOf(device.ifname, device.netns);
  try {
    return inDevice(device, () =>
      withoutFrags(() =>
        loadBpfObject({
          path,
          prepare({ object, program: find }) {
            libbpf.setProgramDevice(find(program), ifindex);
            for (const map of mapsOf(object)) libbpf.setMapDevice(map, ifindex);
          },
        }),
      ),
    );
  } catch (cause) {
    if (!(cause instanceof FlashError)) throw cause;
    const { logTail } = cause.details;
    throw new FlashError('infrastructure', `${device.ifname} does not run ${name} itself: ${cause.message}`, {
      ...(logTail !== undefined && { logTail }),
      cause,
      advice: 'few NICs run programs themselves, with few kinds of maps; `--mode native` runs it in the driver',
    });
  }
}
