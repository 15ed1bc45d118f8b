import type { PackageContents } from './write-package.js';

/** Types of packets, by their numbers in libie_rx_pt_lut[] of the kernel. */
const packetTypes = {
  ipv4: { fragment: 22, other: 23, udp: 24, tcp: 26, sctp: 27, icmp: 28 },
  ipv6: { fragment: 88, other: 89, udp: 90, tcp: 92, sctp: 93, icmp: 94 },
} as const;

/**
 * The package that FLASH writes for its model of the E810: nothing of any vendor's, and as little as the driver
 * takes. Each type of packet is a group of its own, so that no two profiles of the driver claim the same one.
 */
export const ownPackage: PackageContents = {
  version: { major: 1, minor: 3, update: 0, draft: 0 },
  name: 'FLASH model',
  trackId: 1,
  groups: new Map(
    [...Object.values(packetTypes.ipv4), ...Object.values(packetTypes.ipv6)].map((type, index) => [type, index + 1]),
  ),
};
