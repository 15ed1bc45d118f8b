import * as z from 'zod';
import { attempt, run, type RunResult } from '../../process/run.js';
import { isPciAddress } from '../inventory/schema.js';
import { parseDriver } from './ethtool-text.js';

/** A device of this machine, wherever it is now. */
export interface FoundPort {
  readonly name: string;
  /** The network namespace it is in, unless that of the machine. */
  readonly netns?: string;
  readonly link: Link;
}

const linkSchema = z.object({
  ifname: z.string(),
  flags: z.array(z.string()),
  mtu: z.number(),
  txqlen: z.number().optional(),
  address: z.string().optional(),
  master: z.string().optional(),
  altnames: z.array(z.string()).optional(),
  promiscuity: z.number().optional(),
  link_type: z.string().optional(),
  xdp: z.unknown().optional(),
});

export type Link = Readonly<z.infer<typeof linkSchema>>;

/** What a port is known by: a PCI address or a name, and an address if it is found again. */
export interface Known {
  readonly address: string;
  readonly mac?: string;
}

/** Runs a program in a network namespace, or in that of the machine. */
export function attemptAt(netns: string | undefined, program: string, args: readonly string[]): Promise<RunResult> {
  return netns === undefined ? attempt(program, args) : attempt('ip', ['netns', 'exec', netns, program, ...args]);
}

export async function findPort(known: Known): Promise<FoundPort | undefined> {
  for (const netns of [undefined, ...(await namespaces())]) {
    for (const link of await linksIn(netns)) {
      if (await isIt(known, link, netns)) return { name: link.ifname, link, ...(netns !== undefined && { netns }) };
    }
  }
  return undefined;
}

async function namespaces(): Promise<readonly string[]> {
  const said = await run('ip', ['-json', 'netns', 'list']);
  return z
    .array(z.object({ name: z.string() }))
    .parse(said.trim() === '' ? [] : JSON.parse(said))
    .map(({ name }) => name);
}

async function linksIn(netns: string | undefined): Promise<readonly Link[]> {
  const { stdout, exitCode } = await attemptAt(netns, 'ip', ['-details', '-json', 'link', 'show']);
  // One that went meanwhile has no ports.
  return exitCode === 0 ? z.array(linkSchema).parse(JSON.parse(stdout)) : [];
}

async function isIt({ address, mac }: Known, link: Link, netns: string | undefined): Promise<boolean> {
  if (!isPciAddress(address)) {
    const named = [link.ifname, ...(link.altnames ?? [])].includes(address);
    // Elsewhere a run has given it another name.
    return netns === undefined && named ? true : mac !== undefined && link.address === mac;
  }
  if (link.link_type === 'loopback') return false;
  const { stdout } = await attemptAt(netns, 'ethtool', ['-i', link.ifname]);
  return parseDriver(stdout).address === address;
}
