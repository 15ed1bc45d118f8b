import { bpfObject } from '../native/build-native.js';

/** What a program does to packets: those that may drop them come first, those that give them away last. */
export type XdpRole = 'filter' | 'translate' | 'deliver';

/** Places of a dispatcher for each role, in the order they run. */
export const placesOf: Readonly<Record<XdpRole, readonly number[]>> = {
  filter: [0, 1, 2],
  translate: [3, 4, 5],
  deliver: [6, 7, 8, 9],
};

export interface CataloguedProgram {
  /** What a user calls it. */
  readonly name: string;
  /** Its file in bpf/, and what is compiled of it. */
  readonly source: string;
  readonly object: string;
  /** What it is called in the object. */
  readonly program: string;
  readonly role: XdpRole;
  /** Its map for the program that follows it, where there is no dispatcher. */
  readonly next?: string | undefined;
  /** A map that no other program has. */
  readonly ownMap: string;
  /** Its map that AF_XDP sockets are put into. */
  readonly sockets?: string | undefined;
  readonly summary: string;
}

const nextMaps: Readonly<Record<string, string>> = { firewall: 'fw_next', verdict: 'verdict_next', dnat: 'dnat_next' };

const socketMaps: Readonly<Record<string, string>> = {
  queue: 'xsks',
  flow: 'flow_xsks',
  balance: 'lb_xsks',
  metadata: 'meta_xsks',
};

const ownMaps: Readonly<Record<string, string>> = {
  firewall: 'fw_counters',
  verdict: 'verdict',
  dnat: 'dnat_services',
  'redirect-if': 'redirect_if',
  redirect: 'redirect_devs',
  broadcast: 'broadcast_devs',
  cpumap: 'cpumap_chosen',
};

/** The programs of bpf/ that a user may attach. */
export const catalogue: readonly CataloguedProgram[] = [
  entry('firewall', 'xdp_firewall', 'filter', 'drops what comes from blocked addresses, and counts every source'),
  entry('verdict', 'xdp_verdict', 'filter', 'one verdict for every packet: aborted, drop, pass, tx or redirect'),
  entry('dnat', 'xdp_dnat', 'translate', 'sends what is for a service to its backend, and translates the answers'),
  entry('redirect-if', 'xdp_redirect_if', 'deliver', 'to the device with an index'),
  entry('redirect', 'xdp_redirect_map', 'deliver', 'to the device that a devmap has for the one it came in on'),
  entry('broadcast', 'xdp_broadcast', 'deliver', 'to every other device of a devmap'),
  entry('cpumap', 'xdp_cpumap', 'deliver', 'to a processor by the hash of its flow, and from there to a device'),
  entry('queue', 'xsk_redirect', 'deliver', 'to the AF_XDP socket of its queue'),
  entry('flow', 'xsk_flow', 'deliver', 'to one of several AF_XDP sockets of its queue, by its flow'),
  entry('balance', 'xdp_balance', 'deliver', 'to a replica of a chain, which its flow keeps'),
  entry('metadata', 'xdp_metadata', 'deliver', 'to the AF_XDP socket of its queue, with what is known of it before it'),
];

function entry(name: string, program: string, role: XdpRole, summary: string): CataloguedProgram {
  const sockets = socketMaps[name];
  const ownMap = sockets ?? ownMaps[name] ?? '';
  return {
    ...{ name, program, role, summary, sockets, ownMap },
    source: program,
    object: bpfObject(program),
    next: nextMaps[name],
  };
}

/** The file in bpf/ of the dispatcher, without which programs are attached alone. */
export const dispatcherSource = 'xdp_dispatcher';

export function programNamed(name: string): CataloguedProgram {
  const found = catalogue.find((each) => each.name === name);
  if (found === undefined) throw new RangeError(`no XDP program "${name}"`);
  return found;
}
