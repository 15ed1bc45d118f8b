import { FlashError } from '../errors.js';
import { createXdpLink } from '../ffi/bpf-link.js';
import { loadBpfObject, type BpfObject } from '../ffi/bpf-object.js';
import { closing } from '../ffi/closing.js';
import { libbpf, xdpFlag } from '../ffi/libbpf.js';
import { AttachError } from '../ffi/xdp-dispatcher.js';
import { indexOf } from '../ffi/xdp-program.js';
import { bpfObject } from '../native/build-native.js';
import { inDevice, type XdpDevice } from './attachment.js';
import { refusedFor } from './refusal.js';

/** BPF_F_XDP_DEV_BOUND_ONLY: what it asks of the device is that driver's code, and no other device takes it. */
const boundToDevice = 1 << 6;

const name = 'xdp_metadata_hw';

/** bpf/xdp_metadata_hw.bpf.c on a device; it is there until it is disposed of, and no longer than this process. */
export interface MetadataHw extends Disposable {
  readonly mapFd: BpfObject['mapFd'];
}

/**
 * Attaches it as the only program of a device, in native mode. It has no place below a dispatcher, which is bound to no
 * device: what replaces a function of that is bound to none either, so that it may not ask the driver.
 */
export function attachMetadataHw(device: XdpDevice): MetadataHw {
  const { ifname, netns } = device;
  const ifindex = indexOf(ifname, netns);
  return inDevice(device, () => {
    using opened = closing();
    const { programFd, mapFd } = opened.use(loadFor(ifname, ifindex));
    const linkFd = createXdpLink(programFd(name), ifindex, xdpFlag.native);
    if (linkFd < 0) {
      const error = new AttachError(`attaching to ${ifname} in native mode`, -linkFd);
      throw refusedFor({ ifname, ifindex, programFd: programFd(name), mode: 'native', error });
    }
    opened.add(linkFd);
    return { mapFd, ...opened.keep() };
  });
}

function loadFor(ifname: string, ifindex: number): BpfObject {
  try {
    return loadBpfObject({
      path: bpfObject(name),
      prepare({ program }) {
        libbpf.setProgramDevice(program(name), ifindex);
        libbpf.setProgramFlags(program(name), boundToDevice);
      },
    });
  } catch (cause) {
    if (!(cause instanceof FlashError)) throw cause;
    const { logTail } = cause.details;
    throw new FlashError('infrastructure', `${ifname} does not take ${name}: ${cause.message}`, {
      ...(logTail !== undefined && { logTail }),
      cause,
      advice:
        'its driver needs a native mode, and the kernel BTF (CONFIG_DEBUG_INFO_BTF); `metadata` works on every device',
    });
  }
}
