import { deviceOf, programLabel } from '../facts.js';
import { describeFrames } from '../frames.js';
import { describeProcess, processAdvice } from '../processes.js';
import { processOf, type Case, type Finding } from './case.js';

export function onRing(ring: { readonly used: number; readonly size: number } | undefined): string {
  return ring === undefined ? 'unknown how much is on' : `${ring.used} of ${ring.size} entries on`;
}

export function whatItDoes(each: Case): string {
  const facts = processOf(each);
  return facts === undefined ? `: ${processAdvice(facts)}` : `: ${describeProcess(facts)}; ${processAdvice(facts)}`;
}

/** Whose its fill and completion ring are: sockets of one queue and UMEM have them in common. */
export function poolLabel({ now, socket }: Case): string {
  const sharers = now.sockets.filter(({ pool }) => pool === socket.pool).map(programLabel);
  return [...new Set([programLabel(socket), ...sharers])].join(' or ');
}

/** What to do about a fill ring that is empty. */
export function framesNeeded(each: Case): string {
  return `${poolLabel(each)} has to put frames on it: ${describeFrames(each.now, each.socket)}${whatItDoes(each)}`;
}

export function deviceDown({ now, socket }: Case, says: string, meanwhile: string): Finding {
  const device = deviceOf(now, socket);
  return {
    cause: 'device-down',
    says,
    proof: `${device?.ifname} is not UP; ${meanwhile}`,
    advice: `ip link set dev ${device?.ifname} up; between sockets on routes it would not matter`,
  };
}
