import { FlashError } from '../../errors.js';
import { findPort } from './find-port.js';
import type { PortState } from './state.js';

/** Refuses a port that the machine itself uses: what a run does to it would cut the machine off. */
export async function requireFree(state: PortState, reachedAt: string | undefined): Promise<void> {
  const reason = inUse(state, reachedAt) ?? (await masterOf(state));
  if (reason === undefined) return;
  throw new FlashError('busy', `${state.port} (${state.name}) is in use: ${reason}`, {
    advice: 'take it off there, or name another port in the inventory',
  });
}

export function inUse(state: PortState, reachedAt: string | undefined): string | undefined {
  const own = state.addresses.find(({ address }) => address.split('/')[0] === reachedAt);
  if (own !== undefined) return `this connection comes to its address ${reachedAt}`;
  if (state.routes.flat().some((route) => route.startsWith('default'))) return 'a default route leads to it';
  if (state.hasXdpProgram) return 'it has an XDP program, which could not be brought back';
  return undefined;
}

async function masterOf({ name, pciAddress }: PortState): Promise<string | undefined> {
  const found = await findPort({ address: pciAddress ?? name });
  return found?.link.master === undefined ? undefined : `it belongs to ${found.link.master}`;
}
