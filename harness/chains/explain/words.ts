import { deviceOf } from '../facts.js';
import { describeProcess, processAdvice } from '../processes.js';
import { processOf, type Case, type Finding } from './case.js';

export function onRing(ring: { readonly used: number; readonly size: number } | undefined): string {
  return ring === undefined ? 'unknown how much is on' : `${ring.used} of ${ring.size} entries on`;
}

export function whatItDoes(each: Case): string {
  const facts = processOf(each);
  return facts === undefined ? `: ${processAdvice(facts)}` : `: ${describeProcess(facts)}; ${processAdvice(facts)}`;
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
