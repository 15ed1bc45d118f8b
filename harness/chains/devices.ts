import { z } from 'zod';
import { attempt } from '../process/run.js';
import type { DeviceFacts } from './facts.js';
import type { NetworkNamespace } from './namespaces.js';

const modes: Readonly<Record<number, string>> = { 1: 'native', 2: 'generic', 3: 'offloaded', 4: 'several' };

const linksSchema = z.array(
  z.object({
    ifindex: z.number(),
    ifname: z.string(),
    flags: z.array(z.string()).default([]),
    xdp: z.object({ mode: z.number(), prog: z.object({ id: z.number() }).optional() }).optional(),
  }),
);

/** The devices of a network namespace; none if there is no `ip` to ask. */
export async function readDevices({ path, name }: NetworkNamespace): Promise<readonly DeviceFacts[]> {
  const command = name === undefined ? ['ip'] : ['nsenter', `--net=${path}`, 'ip'];
  const [program = '', ...args] = [...command, '-json', 'link', 'show'];
  const { exitCode, stdout } = await attempt(program, args);
  return exitCode === 0 ? parseLinks(stdout, name) : [];
}

export function parseLinks(json: string, netns?: string): readonly DeviceFacts[] {
  return linksSchema.parse(JSON.parse(json)).map(({ ifindex, ifname, flags, xdp }) => ({
    ...(netns !== undefined && { netns }),
    ...{ ifindex, ifname, up: flags.includes('UP') },
    ...(xdp?.prog !== undefined && { xdp: { mode: modes[xdp.mode] ?? `mode ${xdp.mode}`, program: xdp.prog.id } }),
  }));
}
