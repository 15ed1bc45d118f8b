import { FlashError } from '../errors.js';
import { loadBpfObject, type BpfObject } from '../ffi/bpf-object.js';
import { closing, type Closing } from '../ffi/closing.js';
import { libbpf } from '../ffi/libbpf.js';
import { NativeError } from '../ffi/native-error.js';
import {
  alwaysChanging,
  attachDispatcher,
  mostAttempts,
  openDispatcher,
  takePlace,
  type Dispatcher,
  type DispatcherDevice,
  type DispatcherLink,
  type XdpMode,
} from '../ffi/xdp-dispatcher.js';
import { indexOf } from '../ffi/xdp-program.js';
import { bpfObject } from '../native/build-native.js';
import { attachAlone } from './attach-alone.js';
import {
  inDevice,
  mapsOfPrograms,
  shareMaps,
  type AttachOptions,
  type AttachedDevice,
  type Attachment,
  type XdpDevice,
} from './attachment.js';
import { placesOf, type CataloguedProgram } from './catalogue.js';
import { indexOfNamed } from './device.js';
import { describeRefusal, refusedFor } from './refusal.js';

/**
 * Attaches programs to devices: several live on one, also those of other processes that call this. On a kernel that
 * cannot have a dispatcher, those of one call do, and nobody joins them.
 */
export function attachXdp(options: AttachOptions): Attachment {
  const { devices, mode = 'auto', sharing, prepare, onRefusal, onAlone } = options;
  const programs = inOrder(options.programs);
  const [program, ...others] = programs;
  if (program === undefined) throw new RangeError('no program to attach');
  for (const device of devices) indexOfNamed(device);
  if (mode === 'offload') {
    if (others.length === 0) return attachAlone({ devices, programs, modes: [mode], prepare });
    throw new FlashError('usage', 'a NIC takes one program to run itself', { advice: 'name one, or another mode' });
  }
  const modes: readonly XdpMode[] = mode === 'auto' ? ['native', 'generic'] : [mode];
  try {
    return attachByDispatcher({ ...options, programs }, modes);
  } catch (error) {
    if (!(error instanceof NoExtensions)) throw error;
    const attached = attachAlone({ devices, programs, modes, sharing, prepare, onRefusal });
    onAlone?.(error.message);
    return attached;
  }
}

/** The kernel has no dispatcher, or lets no program replace a function of another: it lacks BTF, or a policy forbids it. */
class NoExtensions extends Error {}

function inOrder(programs: readonly CataloguedProgram[]): CataloguedProgram[] {
  const roles = Object.keys(placesOf);
  return [...programs].sort((a, b) => roles.indexOf(a.role) - roles.indexOf(b.role));
}

function attachByDispatcher(options: AttachOptions, modes: readonly XdpMode[]): Attachment {
  for (let attempt = 0; attempt < mostAttempts; attempt++) {
    const attached = tryByDispatcher(options, modes);
    if (attached !== undefined) return attached;
  }
  throw alwaysChanging(options.devices.map(({ ifname }) => ifname).join(', '));
}

/** Undefined if somebody else put a program on one of the devices meanwhile. */
function tryByDispatcher(
  { devices, programs, sharing, prepare, onRefusal }: AttachOptions,
  modes: readonly XdpMode[],
): Attachment | undefined {
  using opened = closing();
  const dispatchers = devices.map((device) => ({
    device,
    dispatcher: opened.use(orNoExtensions(() => openOn(device, modes))),
  }));
  const first = dispatchers[0]?.dispatcher as Dispatcher;
  const loaded = programs.map((program) => ({ program, object: opened.use(loadFor(program, first, sharing)) }));
  const maps = mapsOfPrograms(loaded);
  prepare?.(maps);
  const links: { name: string; fd: number }[] = [];
  // In the order they run: where others have a dispatcher at work, what gives packets away comes after the filters.
  for (const { program, object } of loaded) {
    for (const { device, dispatcher } of dispatchers) {
      const place = takePlace(object.program(program.program), dispatcher, placesOf[program.role]);
      if (place === undefined) throw full(device.ifname, program);
      opened.use(place);
      links.push({ name: `${program.name}-${device.ifname}`, fd: place.linkFd });
    }
  }
  const attached: AttachedDevice[] = [];
  for (const { device, dispatcher } of dispatchers) {
    const link = dispatcher.link ?? useIfThere(opened, attachOn(device, dispatcher, modes, onRefusal));
    if (link === undefined) return undefined;
    attached.push({ ...device, mode: link.mode });
    links.push({ name: `dispatcher-${device.ifname}`, fd: link.linkFd });
  }
  return { ...maps, devices: attached, links, ...opened.keep() };
}

const useIfThere = <T extends Disposable>(opened: Closing, thing: T | undefined): T | undefined =>
  thing && opened.use(thing);

function openOn(device: XdpDevice, modes: readonly XdpMode[]): Dispatcher {
  return inDevice(device, () => openDispatcher(dispatcherDevice(device), modes));
}

const dispatcherDevice = ({ ifname }: XdpDevice): DispatcherDevice => ({
  ...{ ifname, ifindex: indexOf(ifname), object: bpfObject('xdp_dispatcher') },
});

function attachOn(
  device: XdpDevice,
  dispatcher: Dispatcher,
  modes: readonly XdpMode[],
  onRefusal: AttachOptions['onRefusal'],
): (DispatcherLink & Disposable) | undefined {
  return inDevice(device, () => {
    const { ifname, ifindex } = dispatcherDevice(device);
    return attachDispatcher(dispatcher, { ifname, ifindex }, modes, (mode, programFd, error) => {
      const tried = { ifname, ifindex, programFd, mode, error };
      if (mode === modes.at(-1)) throw refusedFor(tried);
      onRefusal?.(describeRefusal(tried));
    });
  });
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
    throw new NoExtensions(whyNone(cause.errno, error.details.logTail), { cause: error });
  }
}

/** The last thing that the verifier says before it counts what it has looked at. */
function whyNone(errno: string, log = ''): string {
  const said = log
    .split('\n')
    .filter((line) => line !== '' && !/^(?:processed \d|verification time|stack depth)/.test(line));
  return [errno, ...said.slice(-1)].join(', ');
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
