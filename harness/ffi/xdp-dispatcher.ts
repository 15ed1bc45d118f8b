import koffi from 'koffi';
import { FlashError } from '../errors.js';
import { closing } from './closing.js';
import {
  createXdpLink,
  listLinks,
  openLink,
  openProgram,
  programOfId,
  queryXdp,
  type XdpOnDevice,
} from './bpf-link.js';
import { loadBpfObject } from './bpf-object.js';
import { libbpf, xdpFlag } from './libbpf.js';
import { libc } from './libc.js';
import { errnoName, NativeError } from './native-error.js';

/*
 * A device takes one XDP program. A dispatcher calls up to ten others, one after the other, as long as they let
 * packets pass:
 *
 *   device --link--> xdp_dispatcher: prog0() prog1() ... prog9()
 *                                      ^       ^
 *                                    link    link        of programs that replace these functions
 *
 * libxdp builds its dispatcher anew for each program that comes or goes, attaches it without a link and keeps
 * the programs in the BPF file system, so that they outlive who attached them. Here the dispatcher is attached by a
 * link that everybody holds who has a program in it, with all its functions ready to be replaced. Which of them
 * are taken the kernel knows. What a process held is given back when it ends, also by SIGKILL.
 */

export const dispatcherName = 'xdp_dispatcher';

export type XdpMode = 'native' | 'generic';

/** What a dispatcher is attached by. */
export interface DispatcherLink {
  readonly linkFd: number;
  readonly mode: XdpMode;
}

/**
 * A dispatcher that programs can take places in. Disposing gives up this hold of it; the last one takes it off the
 * device.
 */
export interface Dispatcher extends Disposable {
  readonly programFd: number;
  /** Undefined while it is on no device: who puts programs into it first has packets see all of them at once. */
  readonly link?: DispatcherLink | undefined;
}

/** The kernel did not attach it. */
export class AttachError extends NativeError {}

export interface DispatcherDevice {
  readonly ifname: string;
  readonly ifindex: number;
  /** The compiled bpf/xdp_dispatcher.bpf.c, for a device that has no dispatcher. */
  readonly object: string;
}

/** Holds the dispatcher of a device of this network namespace, or loads one for a device that has none. */
export function openDispatcher(
  { ifname, ifindex, object: path }: DispatcherDevice,
  modes: readonly XdpMode[],
): Dispatcher {
  // What is there may go between the question and the answer, and another one come.
  for (let attempt = 0; attempt < mostAttempts; attempt++) {
    const there = queryXdp(ifindex);
    if (there === undefined) {
      const object = loadBpfObject({ path });
      return { programFd: object.programFd(dispatcherName), [Symbol.dispose]: object[Symbol.dispose] };
    }
    const held = holdDispatcher(ifname, there, modes);
    if (held !== undefined) return held;
  }
  throw alwaysChanging(ifname);
}

export const mostAttempts = 16;

export function alwaysChanging(ifname: string): FlashError {
  return new FlashError('busy', `the XDP program of ${ifname} changed ${mostAttempts} times while it was looked at`, {
    advice: 'something attaches and detaches programs there all the time; `bpftool net` shows what',
  });
}

/** Undefined if it is gone by now. */
function holdDispatcher(ifname: string, there: XdpOnDevice, modes: readonly XdpMode[]): Dispatcher | undefined {
  const { mode, programId } = there;
  const program = programOfId(programId);
  if (program === undefined) return undefined;
  const link = listLinks().find((each) => each.kind === 'xdp' && each.programId === programId);
  if (link === undefined && queryXdp(libc.ifNameToIndex(ifname) as number)?.programId !== programId) return undefined;
  if (program.name !== dispatcherName || link === undefined) throw occupied(ifname, program.name, there, link);
  if (mode !== 'native' && mode !== 'generic') throw occupied(ifname, program.name, there, link);
  if (!modes.includes(mode)) {
    throw new FlashError('busy', `${ifname} has XDP programs in ${mode} mode; a device has all of them in one mode`, {
      advice: `attach in ${mode} mode too, or detach those first (\`npm run xdp -- list\` shows them)`,
    });
  }
  using opened = closing();
  const linkFd = opened.add(openLink(link.id));
  const programFd = opened.add(openProgram(programId));
  if (linkFd === undefined || programFd === undefined) return undefined;
  return { programFd, link: { linkFd, mode }, ...opened.keep() };
}

function occupied(ifname: string, name: string, { mode, programId }: XdpOnDevice, link: unknown): FlashError {
  const ofLibxdp = name === dispatcherName && link === undefined;
  return new FlashError(
    'busy',
    `${ifname} has the XDP program ${name} (id ${programId}, ${mode}) already, ` +
      (ofLibxdp ? 'which libxdp attached' : 'which is no dispatcher that others can join'),
    {
      advice: ofLibxdp
        ? 'take its programs off with `xdp-loader unload --all`, or load those of bpf/ beside them with `xdp-loader load`'
        : 'end what attached it, or take it off: `ip link set dev DEVICE xdp off` (also xdpgeneric, xdpoffload)',
    },
  );
}

/**
 * Attaches a dispatcher that is on no device yet, in the first of some modes that this one takes. `refused` is told of
 * each mode that it does not. Undefined if somebody else was faster.
 */
export function attachDispatcher(
  { programFd }: Dispatcher,
  { ifname, ifindex }: Omit<DispatcherDevice, 'object'>,
  modes: readonly XdpMode[],
  refused: (mode: XdpMode, programFd: number, error: AttachError) => void,
): (DispatcherLink & Disposable) | undefined {
  for (const mode of modes) {
    const linkFd = createXdpLink(programFd, ifindex, xdpFlag[mode]);
    if (linkFd >= 0) return { linkFd, mode, [Symbol.dispose]: () => void libc.close(linkFd) };
    if (['EBUSY', 'EEXIST'].includes(errnoName(-linkFd)) && queryXdp(ifindex) !== undefined) return undefined;
    refused(mode, programFd, new AttachError(`attaching to ${ifname} in ${mode} mode`, -linkFd));
  }
  throw new RangeError('no mode to attach in');
}

/** Puts a program in the first of some places of a dispatcher that is free. Undefined if none is. */
export function takePlace(
  program: unknown,
  dispatcher: Dispatcher,
  places: readonly number[],
): (Disposable & { readonly place: number; readonly linkFd: number }) | undefined {
  for (const place of places) {
    const link: unknown = libbpf.attachFreplace(program, dispatcher.programFd, `prog${place}`);
    if (link) {
      const linkFd = libbpf.linkFd(link) as number;
      return { place, linkFd, [Symbol.dispose]: () => void libbpf.destroyLink(link) };
    }
    const errno = koffi.errno();
    if (errnoName(errno) !== 'EBUSY') throw new NativeError(`putting a program in place ${place}`, errno);
  }
  return undefined;
}
