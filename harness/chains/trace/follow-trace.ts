import { FlashError } from '../../errors.js';
import type { SocketFacts } from '../facts.js';
import { parseTrace, type LostEvents, type TraceEvent } from './events.js';
import type { TraceInstance } from './instance.js';

const flashEvents = ['flash_redirect', 'flash_stall', 'flash_route'] as const;
/** Not in every kernel: they are for XDP programs. */
const xdpEvents = ['xdp_exception', 'xdp_redirect_err'] as const;

/** Switches the events on, of all sockets or of some: those of XDP by their devices. */
export function enableEvents(instance: TraceInstance, sockets: readonly SocketFacts[] | undefined): void {
  if (!instance.has('flash/flash_redirect')) {
    throw new FlashError('infrastructure', 'this kernel has no tracepoints of FLASH', {
      advice: 'build it with CONFIG_TRACEPOINTS and CONFIG_XDP_SOCKETS_FLASH',
    });
  }
  for (const event of flashEvents) {
    if (sockets !== undefined) instance.filter(`flash/${event}`, flashFilter(event, sockets));
    instance.enable(`flash/${event}`, true);
  }
  for (const event of xdpEvents.filter((each) => instance.has(`xdp/${each}`))) {
    if (sockets !== undefined)
      instance.filter(
        `xdp/${event}`,
        anyOf(
          'ifindex',
          sockets.map(({ ifindex }) => ifindex),
        ),
      );
    instance.enable(`xdp/${event}`, true);
  }
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
