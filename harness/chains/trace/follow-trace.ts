import { FlashError } from '../../errors.js';
import type { DeviceFacts, SocketFacts } from '../facts.js';
import { parseTrace, type LostEvents, type TraceEvent } from './events.js';
import type { TraceInstance } from './instance.js';
import { isXdpEvent, type FindDevices } from './xdp-devices.js';

const flashEvents = ['flash_redirect', 'flash_stall', 'flash_route'] as const;
/** Not in every kernel: they are for XDP programs. */
const xdpEvents = ['xdp_exception', 'xdp_redirect_err'] as const;

/** The kernel takes less than a page; one that is longer is left to `selectEvents`. */
const longestFilter = 4095;

/** Switches the events on, of all sockets or of some: those of XDP by their devices. */
export function enableEvents(instance: TraceInstance, sockets: readonly SocketFacts[] | undefined): void {
  if (!instance.has('flash/flash_redirect')) {
    throw new FlashError('infrastructure', 'this kernel has no tracepoints of FLASH', {
      advice: 'build it with CONFIG_TRACEPOINTS and CONFIG_XDP_SOCKETS_FLASH',
    });
  }
  const enable = (event: string, filter: string | undefined): void => {
    if (filter !== undefined && filter.length <= longestFilter) instance.filter(event, filter);
    instance.enable(event, true);
  };
  for (const event of flashEvents) enable(`flash/${event}`, sockets && flashFilter(event, sockets));
  for (const event of xdpEvents.filter((each) => instance.has(`xdp/${each}`)))
    enable(
      `xdp/${event}`,
      sockets &&
        anyOf(
          'ifindex',
          sockets.map(({ ifindex }) => ifindex),
        ),
    );
}

/** The targets of a route are a list, which the kernel cannot filter by. */
export function flashFilter(event: (typeof flashEvents)[number], sockets: readonly SocketFacts[]): string {
  const ids = sockets.map(({ id }) => id);
  return event === 'flash_route' ? anyOf('source', ids) : `${anyOf('source', ids)} || ${anyOf('target', ids)}`;
}

function anyOf(field: string, values: readonly number[]): string {
  return [...new Set(values)].map((value) => `${field} == ${value}`).join(' || ');
}

/** The events that have come since the last call; half a line waits for the rest of it. */
export function readEvents(instance: TraceInstance): () => readonly (TraceEvent | LostEvents)[] {
  let rest = '';
  return () => {
    const lines = (rest + instance.readNew()).split('\n');
    rest = lines.pop() ?? '';
    return parseTrace(lines.join('\n'));
  };
}

export interface SelectedEvent {
  readonly event: TraceEvent | LostEvents;
  /** Of an event of XDP: which it may be of. */
  readonly devices?: readonly DeviceFacts[];
}

/** Those that are about some sockets, or all: what the kernel was not told to leave out, or cannot tell. */
export async function selectEvents(
  events: readonly (TraceEvent | LostEvents)[],
  sockets: readonly SocketFacts[] | undefined,
  findDevices: FindDevices,
): Promise<readonly SelectedEvent[]> {
  const ids = sockets && new Set(sockets.map(({ id }) => String(id)));
  const selected: SelectedEvent[] = [];
  for (const event of events) {
    if ('lost' in event) selected.push({ event });
    else if (isXdpEvent(event)) {
      const devices = await findDevices(event);
      if (sockets === undefined || isOfDevices(event, sockets, devices)) selected.push({ event, devices });
    } else if (ids === undefined || endsOf(event).some((id) => ids.has(id))) selected.push({ event });
  }
  return selected;
}

function endsOf({ name, fields }: TraceEvent): readonly string[] {
  const { source = '', target = '' } = fields;
  return name === 'flash_route' ? [source] : [source, target];
}

function isOfDevices(
  { fields }: TraceEvent,
  sockets: readonly SocketFacts[],
  devices: readonly DeviceFacts[],
): boolean {
  const own = sockets.filter(({ ifindex }) => String(ifindex) === fields['ifindex']);
  if (devices.length === 0) return own.length > 0;
  return own.some(({ netns }) => devices.some((device) => device.netns === netns));
}
