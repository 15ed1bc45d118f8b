import { FlashError } from '../errors.js';
import { loadBpfObject, type BpfObject } from '../ffi/bpf-object.js';
import { closing } from '../ffi/closing.js';
import { libbpf } from '../ffi/libbpf.js';
import { NativeError } from '../ffi/native-error.js';
import { joinDispatcher, takePlace, type Dispatcher, type XdpMode } from '../ffi/xdp-dispatcher.js';
import { indexOf } from '../ffi/xdp-program.js';
import { bpfObject } from '../native/build-native.js';
import { attachAlone } from './attach-alone.js';
import { attachment, inDevice, shareMaps, type AttachOptions, type Attachment, type XdpDevice } from './attachment.js';
import { placesOf, type CataloguedProgram } from './catalogue.js';
import { reasonFor, refusedFor } from './refusal.js';

/**
 * Attaches programs to devices: several live on one, also those of other processes that call this. On a kernel that
 * cannot have a dispatcher, those of one call do, and nobody joins them.
 */
export function attachXdp(options: AttachOptions): Attachment {
  const { devices, programs, mode = 'auto', onRefusal } = options;
  const [program, ...others] = programs;
  if (program === undefined) throw new RangeError('no program to attach');
  for (const device of devices) requireDevice(device);
  if (mode === 'offload') {
    if (others.length === 0) return attachAlone({ devices, programs, modes: [mode] });
    throw new FlashError('usage', 'a NIC takes one program to run itself', { advice: 'name one, or another mode' });
  }
  const modes: readonly XdpMode[] = mode === 'auto' ? ['native', 'generic'] : [mode];
  try {
    return attachByDispatcher(options, modes);
  } catch (error) {
    if (!(error instanceof NoExtensions)) throw error;
    return attachAlone({ devices, programs: inOrder(programs), modes, sharing: options.sharing, onRefusal });
  }
}

function requireDevice({ ifname, netns }: XdpDevice): void {
  try {
    indexOf(ifname, netns);
  } catch (error) {
    if (!(error instanceof NativeError) || error.errno !== 'ENODEV') throw error;
    const where = netns === undefined ? 'here' : `in network namespace ${netns}`;
    throw new FlashError('usage', `there is no device "${ifname}" ${where}`, {
      advice: '`ip link` shows those there are',
    });
  }
}

/** The kernel has no dispatcher, or lets no program replace a function of another: it lacks BTF, or a policy forbids it. */
class NoExtensions extends Error {}

function inOrder(programs: readonly CataloguedProgram[]): CataloguedProgram[] {
  const roles = Object.keys(placesOf);
  return [...programs].sort((a, b) => roles.indexOf(a.role) - roles.indexOf(b.role));
}

function attachByDispatcher(
  { devices, programs, sharing, onRefusal }: AttachOptions,
  modes: readonly XdpMode[],
): Attachment {
  using opened = closing();
  const dispatchers = devices.map((device) => opened.use(orNoExtensions(() => joinOn(device, modes, onRefusal))));
  const links = dispatchers.map(({ linkFd }, at) => ({ name: `dispatcher-${devices[at]?.ifname}`, fd: linkFd }));
  const attached = programs.map((program) => {
    const object = opened.use(loadFor(program, dispatchers[0] as Dispatcher, sharing));
    for (const [at, dispatcher] of dispatchers.entries()) {
      const place = takePlace(object.program(program.program), dispatcher, placesOf[program.role]);
      if (place === undefined) throw full(devices[at]?.ifname ?? '', program);
      opened.use(place);
      links.push({ name: `${program.name}-${devices[at]?.ifname}`, fd: place.linkFd });
    }
    return { program, object };
  });
  const attachedDevices = devices.map((device, at) => ({ ...device, mode: (dispatchers[at] as Dispatcher).mode }));
  return attachment(attachedDevices, attached, links, opened.keep());
}

function joinOn(device: XdpDevice, modes: readonly XdpMode[], onRefusal?: (why: string) => void): Dispatcher {
  const { ifname, netns } = device;
  const ifindex = indexOf(ifname, netns);
  return inDevice(device, () =>
    joinDispatcher({ ifname, ifindex, object: bpfObject('xdp_dispatcher') }, modes, (mode, programFd, error) => {
      const reason = reasonFor(mode, ifindex, programFd);
      if (mode === modes.at(-1)) throw refusedFor(ifname, mode, error, reason);
      onRefusal?.(`${ifname} takes no XDP program in ${mode} mode: ${reason ?? error.errno}`);
    }),
  );
}

const extension = 28;
const hasFrags = 1 << 5;
/** What kernels say that have no BTF, no programs of that type, or policies against them. */
const refusals = ['EPERM', 'EINVAL', 'EOPNOTSUPP', 'ENOTSUPP'];

/** Whether a program is refused for itself shows when it is loaded alone. */
function orNoExtensions<T>(load: () => T): T {
  try {
    return load();
  } catch (error) {
    const { cause } = error as { cause?: unknown };
    if (!(error instanceof FlashError) || !(cause instanceof NativeError) || !refusals.includes(cause.errno))
      throw error;
    throw new NoExtensions(error.message, { cause: error });
  }
}

function loadFor(
  { object, program: name }: CataloguedProgram,
  dispatcher: Dispatcher,
  sharing: AttachOptions['sharing'],
): BpfObject {
  return orNoExtensions(() =>
    loadBpfObject({
      path: object,
      prepare({ object: handle, program }) {
        shareMaps(handle, sharing);
        libbpf.setProgramType(program(name), extension);
        libbpf.setExpectedAttachType(program(name), 0);
        // All of bpf/ do, which libbpf reads from the sections of programs of other types only.
        libbpf.setProgramFlags(program(name), hasFrags);
        libbpf.setAttachTarget(program(name), dispatcher.programFd, 'prog0');
      },
    }),
  );
}

function full(ifname: string, { name, role }: CataloguedProgram): FlashError {
  const count = placesOf[role].length;
  return new FlashError('busy', `${ifname} has ${count} programs in the places where ${name} would be`, {
    advice: 'detach one of them first: `npm run xdp -- list` shows what is there',
  });
}
