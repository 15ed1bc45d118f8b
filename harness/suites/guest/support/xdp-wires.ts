import { writeFileSync } from 'node:fs';
import { inNetns } from '../../../ffi/netns.js';
import { createNetns, deleteNetns, ipBatch, runIn } from '../../../host/netns.js';

/**
 *   netns client          netns middle          netns server
 *  +-----------+        +--------------+        +-----------+
 *  |        c0 |== n0 ==| n0        n1 |== n1 ==| s0        |
 *  |        .1 |        | .254    .254 |        | .2        |
 *                       |           n2 |== n2 ==| s2        |
 *  +-----------+        +--------------+        +-----------+
 *     10.88.0.0/24, fd88::/64        10.89.0.0/24, fd89::/64
 *
 * Pairs of veth devices with three RX queues in the middle, which routes between both networks. Nobody leaves checksums
 * to a device, so what arrives has some, and the stack that receives it looks at them. s0 and
 * s2 have the same MAC as n0: what a client sends its router is for the server, if XDP or a chain brings it there as it
 * is. Only they bring it to the hidden address, to which the middle has no route.
 */
export interface XdpWires extends AsyncDisposable {
  readonly client: string;
  readonly middle: string;
  readonly server: string;
}

export const addresses = {
  client: { 4: '10.88.0.1', 6: 'fd88::1' },
  middle: { 4: '10.88.0.254', 6: 'fd88::fe' },
  middleToServer: { 4: '10.89.0.254', 6: 'fd89::fe' },
  server: { 4: '10.89.0.2', 6: 'fd89::2' },
  hidden: { 4: '10.99.0.2', 6: 'fd99::2' },
} as const;

export const macs = {
  c0: '02:88:00:00:00:01',
  n0: '02:88:00:00:00:fe',
  n1: '02:89:00:00:00:fe',
  n2: '02:90:00:00:00:fe',
  s0: '02:88:00:00:00:fe',
  s2: '02:88:00:00:00:fe',
} as const;

export async function layXdpWires(tag: string): Promise<XdpWires> {
  const names = { client: `${tag}-client`, middle: `${tag}-middle`, server: `${tag}-server` };
  const remove = async (): Promise<void> => {
    for (const name of Object.values(names)) await deleteNetns(name);
  };
  try {
    for (const name of Object.values(names)) await createNetns(name);
    await ipBatch(names.middle, [
      pair('n0', 'c0', names.client),
      pair('n1', 's0', names.server),
      pair('n2', 's2', names.server),
    ]);
    await setUp(names.client, 'c0', addresses.client, addresses.middle, [['n0', addresses.middle]]);
    await withoutOffloads(names.server, ['s2']);
    await setUp(names.server, 's0', addresses.server, addresses.middleToServer, [['n1', addresses.middleToServer]]);
    await ipBatch(names.server, [
      `addr add ${addresses.hidden[4]}/32 dev s0`,
      `addr add ${addresses.hidden[6]}/128 dev s0 nodad`,
      'link set s2 addrgenmode none up',
    ]);
    await setUpMiddle(names.middle);
  } catch (error) {
    await remove();
    throw error;
  }
  return { ...names, [Symbol.asyncDispose]: remove };
}

function pair(near: 'n0' | 'n1' | 'n2', far: 'c0' | 's0' | 's2', farNetns: string): string {
  return `link add ${near} address ${macs[near]} numtxqueues 1 numrxqueues 3 type veth peer name ${far} address ${macs[far]} numtxqueues 1 numrxqueues 1 netns ${farNetns}`;
}

type Addresses = Readonly<Record<4 | 6, string>>;

async function setUp(
  netns: string,
  ifname: 'c0' | 's0',
  own: Addresses,
  router: Addresses,
  neighbours: readonly (readonly ['n0' | 'n1', Addresses])[],
): Promise<void> {
  await withoutOffloads(netns, [ifname]);
  enableIpv6(netns, [ifname]);
  await ipBatch(netns, [
    ...upWith(ifname, own),
    ...neighbours.flatMap(([mac, address]) => neighbour(ifname, address, macs[mac])),
    `route add default via ${router[4]}`,
    `route add default via ${router[6]}`,
  ]);
}

async function setUpMiddle(netns: string): Promise<void> {
  await withoutOffloads(netns, ['n0', 'n1', 'n2']);
  enableIpv6(netns, ['n0', 'n1']);
  inNetns(netns, () => {
    writeFileSync('/proc/sys/net/ipv4/ip_forward', '1');
    writeFileSync('/proc/sys/net/ipv6/conf/all/forwarding', '1');
  });
  await ipBatch(netns, [
    ...upWith('n0', addresses.middle),
    ...upWith('n1', addresses.middleToServer),
    'link set n2 addrgenmode none up',
    ...neighbour('n0', addresses.client, macs.c0),
    ...neighbour('n1', addresses.server, macs.s0),
  ]);
}

const upWith = (ifname: string, address: Addresses): string[] => [
  `link set ${ifname} addrgenmode none up`,
  `addr add ${address[4]}/24 dev ${ifname}`,
  `addr add ${address[6]}/64 dev ${ifname} nodad`,
];

/** Known beforehand, so that nobody asks for it meanwhile. */
const neighbour = (ifname: string, address: Addresses, mac: string): string[] =>
  Object.values(address).map((each) => `neigh replace ${each} lladdr ${mac} dev ${ifname} nud permanent`);

function withoutOffloads(netns: string, ifnames: readonly string[]): Promise<unknown> {
  const each = (ifname: string): string => `ethtool -K ${ifname} tx off tso off gso off gro on`;
  return runIn(netns, 'sh', ['-c', ifnames.map(each).join(' && ')]);
}

function enableIpv6(netns: string, ifnames: readonly string[]): void {
  inNetns(netns, () => {
    for (const ifname of ifnames) writeFileSync(`/proc/sys/net/ipv6/conf/${ifname}/disable_ipv6`, '0');
  });
}
