import type { Attachment } from '../../xdp/attachment.js';
import {
  addBroadcast,
  openBalancer,
  setFlowSockets,
  setQueueSocket,
  setRedirect,
  setRedirectIf,
  setVerdict,
  useProcessors,
} from '../../xdp/delivery.js';
import { openDnat } from '../../xdp/dnat.js';
import { openFirewall } from '../../xdp/firewall.js';
import { destinationAddress, otherAddresses, sourceAddress } from './addresses.js';

/** What a program may be told of: devices by their indices, and a socket on queue 0 of the first. */
export interface Surroundings {
  readonly a: number;
  readonly c: number;
  readonly socketFd: number;
}

export interface XdpCase {
  readonly what: string;
  readonly program: string;
  /** Where packets are in the end that are neither dropped nor the stack's: one device, or the socket. */
  readonly end?: 'b' | 'd' | 'socket';
  /** Whether only some may arrive: another processor takes them on, and does not keep up. */
  readonly loses?: true;
  readonly tell: (attachment: Attachment, around: Surroundings) => void;
}

/** What pump sends. */
const destination = { protocol: 'udp', service: { address: destinationAddress, port: 4001 } } as const;
const blocked = 1000;

export const xdpCases: readonly XdpCase[] = [
  { what: 'drop', program: 'verdict', tell: (attachment) => setVerdict(attachment, 'drop') },
  { what: 'pass', program: 'verdict', tell: (attachment) => setVerdict(attachment, 'pass') },
  { what: 'tx', program: 'verdict', end: 'b', tell: (attachment) => setVerdict(attachment, 'tx') },
  { what: `firewall of ${blocked} addresses, which passes`, program: 'firewall', tell: blockOthers },
  {
    what: `firewall of ${blocked} addresses, which drops`,
    program: 'firewall',
    tell(attachment) {
      blockOthers(attachment);
      openFirewall(attachment.mapFd).block(sourceAddress);
    },
  },
  {
    what: 'DNAT, to the stack',
    program: 'dnat',
    tell: ({ mapFd }) => openDnat(mapFd).add({ ...destination, backend: { address: '10.0.0.2', port: 8080 } }),
  },
  {
    what: 'redirect to a device',
    program: 'redirect-if',
    end: 'd',
    tell: (attachment, { c }) => setRedirectIf(attachment, c),
  },
  {
    what: 'the same by devmap',
    program: 'redirect',
    end: 'd',
    tell: (attachment, { a, c }) => setRedirect(attachment, a, c),
  },
  {
    what: 'broadcast to one device',
    program: 'broadcast',
    end: 'd',
    tell: (attachment, { a, c }) => {
      for (const ifindex of [a, c]) addBroadcast(attachment, ifindex);
    },
  },
  {
    what: 'to a processor, and from there to a device',
    program: 'cpumap',
    end: 'd',
    loses: true,
    tell: (attachment, { c }) => useProcessors(attachment, [{ cpu: 0, ifindex: c }]),
  },
  {
    what: 'to the socket of the queue',
    program: 'queue',
    end: 'socket',
    tell: (attachment, { socketFd }) => setQueueSocket(attachment, 0, socketFd),
  },
  {
    what: 'the same, by flow',
    program: 'flow',
    end: 'socket',
    tell: (attachment, { socketFd }) => setFlowSockets(attachment, 0, [socketFd]),
  },
  {
    what: 'the same, by load balancer',
    program: 'balance',
    end: 'socket',
    tell(attachment, { socketFd }) {
      const balancer = openBalancer(attachment);
      balancer.setSockets(0, { 0: socketFd });
      balancer.spreadOver([0]);
    },
  },
  {
    what: 'the same, with metadata',
    program: 'metadata',
    end: 'socket',
    tell: (attachment, { socketFd }) => setQueueSocket(attachment, 0, socketFd, 'meta_xsks'),
  },
];

function blockOthers({ mapFd }: Attachment): void {
  const firewall = openFirewall(mapFd);
  for (const address of otherAddresses(blocked)) firewall.block(address);
}
