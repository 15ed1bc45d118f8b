import * as z from 'zod';
import { listLinks } from '../ffi/bpf-link.js';
import { attempt } from '../process/run.js';
import { programsRunBy } from '../xdp/programs-run.js';
import type { DeviceFacts, XdpFacts } from './facts.js';
import type { NetworkNamespace } from './namespaces.js';

const several = 4;
const modes: Readonly<Record<number, string>> = { 1: 'native', 2: 'generic', 3: 'offload' };

const attachedSchema = z.object({
  mode: z.number(),
  prog: z.object({ id: z.number(), name: z.string().optional() }).optional(),
});

const linksSchema = z.array(
  z.object({
    ifindex: z.number(),
    ifname: z.string(),
    flags: z.array(z.string()).default([]),
    // A device with programs in several modes has them in the list alone, which older versions of ip do not write.
    xdp: attachedSchema.extend({ attached: z.array(attachedSchema).default([]) }).optional(),
  }),
);

/** The devices of a network namespace; none if there is no `ip` to ask. */
export async function readDevices({ path, name }: NetworkNamespace): Promise<readonly DeviceFacts[]> {
  const command = name === undefined ? ['ip'] : ['nsenter', `--net=${path}`, 'ip'];
  const [program = '', ...args] = [...command, '-json', 'link', 'show'];
  const { exitCode, stdout } = await attempt(program, args);
  return exitCode === 0 ? withPrograms(parseLinks(stdout, name)) : [];
}

export function parseLinks(json: string, netns?: string): readonly DeviceFacts[] {
  return linksSchema.parse(JSON.parse(json)).map(({ ifindex, ifname, flags, xdp }) => ({
    ...(netns !== undefined && { netns }),
    ...{ ifindex, ifname, up: flags.includes('UP') },
    xdp: xdp === undefined ? [] : (xdp.mode === several ? xdp.attached : [xdp]).flatMap(xdpFacts),
  }));
}

function xdpFacts({ mode, prog }: z.infer<typeof attachedSchema>): readonly XdpFacts[] {
  if (prog === undefined) return [];
  const name = prog.name === undefined || prog.name === '' ? {} : { name: prog.name };
  return [{ mode: modes[mode] ?? `mode ${mode}`, id: prog.id, ...name, runs: [] }];
}

/** Which other programs theirs run: ids are the same in all network namespaces. */
function withPrograms(devices: readonly DeviceFacts[]): readonly DeviceFacts[] {
  if (devices.every(({ xdp }) => xdp.length === 0)) return devices;
  try {
    const links = listLinks();
    const runs = (id: number): XdpFacts['runs'] => programsRunBy(id, links).map(({ id, name }) => ({ id, name }));
    return devices.map((device) => ({ ...device, xdp: device.xdp.map((each) => ({ ...each, runs: runs(each.id) })) }));
  } catch {
    // There is no libbpf, or they are not for this user to look at.
    return devices;
  }
}
