import { FlashError } from '../errors.js';
import { createXdpLink } from '../ffi/bpf-link.js';
import { loadBpfObject, mapsOf, type BpfObject } from '../ffi/bpf-object.js';
import { closing } from '../ffi/closing.js';
import { libbpf, xdpFlag } from '../ffi/libbpf.js';
import { AttachError, type XdpMode } from '../ffi/xdp-dispatcher.js';
import { indexOf } from '../ffi/xdp-program.js';
import { attachment, inDevice, type AttachedDevice, type Attachment, type XdpDevice } from './attachment.js';
import type { CataloguedProgram } from './catalogue.js';
import { reasonFor, refusedFor } from './refusal.js';

type Mode = XdpMode | 'offload';

export interface AloneOptions {
  readonly devices: readonly XdpDevice[];
  readonly program: CataloguedProgram;
  /** The first that a device takes. */
  readonly modes: readonly Mode[];
  readonly onRefusal?: ((reason: string) => void) | undefined;
}

/** Attaches a program as the only one of each device. */
export function attachAlone({ devices, program, modes, onRefusal }: AloneOptions): Attachment {
  using opened = closing();
  const object = opened.use(
    modes[0] === 'offload' ? loadOffloaded(program, devices) : loadBpfObject({ path: program.object }),
  );
  const programFd = object.programFd(program.program);
  const attached = devices.map((device) => {
    const { linkFd, mode } = linkTo(device, programFd, modes, onRefusal);
    opened.add(linkFd);
    return { device: { ...device, mode } satisfies AttachedDevice, linkFd };
  });
  return attachment(
    attached.map(({ device }) => device),
    [{ program, object }],
    attached.map(({ device, linkFd }) => ({ name: `${program.name}-${device.ifname}`, fd: linkFd })),
    opened.keep(),
  );
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
      const reason = reasonFor(mode, ifindex, programFd);
      if (mode === modes.at(-1) || ['EBUSY', 'EEXIST'].includes(error.errno))
        throw refusedFor(ifname, mode, error, reason);
      onRefusal?.(`${ifname} takes no XDP program in ${mode} mode: ${reason ?? error.errno}`);
    }
    throw new RangeError('no mode to attach in');
  });
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
      loadBpfObject({
        path,
        prepare({ object, program: find }) {
          libbpf.setProgramDevice(find(program), ifindex);
          for (const map of mapsOf(object)) libbpf.setMapDevice(map, ifindex);
        },
      }),
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
