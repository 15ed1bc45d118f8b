import type { Firmware } from './firmware.js';
import { icePackage } from './ice-package/firmware.js';

/** A hardware ring in tests. */
export interface HardwareRing {
  readonly descriptors: number;
  /** How many frames the driver has on it at most. */
  readonly frames: number;
}

export interface HardwareRings {
  readonly rx: HardwareRing;
  readonly tx: HardwareRing;
}

/** A card that QEMU plays itself. Nobody can hold or cut its wire. */
export interface QemuCard {
  /** The device, with its options. */
  readonly device: string;
  /** How many queues the tap device behind it has, if it has no queues but those; others do with a hub. */
  readonly tapQueues?: number;
}

/** What the harness has to know of a card. */
export interface NicCard {
  /** The guest's driver, as sysfs has it. */
  readonly driver: string;
  /** Whether that takes packets of several buffers in zero-copy mode. */
  readonly severalBuffers: boolean;
  /**
   * Its hardware rings in tests. They are short, so that a driver hoards few frames; and it must not take all of a
   * fill ring of 64, or none would be left for the redirect.
   */
  readonly rings: HardwareRings;
  /** How many queues a port has in tests. */
  readonly queues: number;
  /** What `ethtool -S` calls the frames that a port has given to its wire, zero copy or not; their sum counts. */
  readonly sentCounters: readonly string[];
  /** The same for those that it has taken from its wire; none if only `ip -s link` has them. */
  readonly receivedCounters: readonly string[];
  /** The first release of Linux whose driver has a zero-copy mode for sockets that send, if some base lacks it. */
  readonly zeroCopySince?: string;
  /** How QEMU attaches a port that it plays itself; vm-images/nics plays the others. */
  readonly qemu?: QemuCard;
  /** They lack what the stack has sent, which the counters of the link have. */
  readonly countsStackApart?: boolean;
  /** The driver keeps the frames of its hardware rings while its port is down; others give them back. */
  readonly keepsFramesWhileDown?: true;
  /**
   * The first release of Linux on which its AF_XDP sockets cannot be polled busily: from 6.13 on a driver has to say which
   * NAPI instance serves a queue.
   */
  readonly noBusyPollSince?: string;
  /** Containers can lease its queues, by a netkit device. */
  readonly leasesQueues?: true;
  /** What the driver asks for when it probes, if it does. */
  readonly firmware?: Firmware;
}

/** The shortest that Intel's drivers make. They leave one entry of a full ring free. */
const intelRing: HardwareRing = { descriptors: 64, frames: 63 };
const intelRings: HardwareRings = { rx: intelRing, tx: intelRing };

/** This driver uses all of a ring. Its TX rings cannot be shorter. */
const mlx5Rings: HardwareRings = { rx: { descriptors: 32, frames: 32 }, tx: { descriptors: 64, frames: 64 } };

/** They can be shorter than what QEMU starts with, which is 256; how short is up to the driver. */
const virtioRings: HardwareRings = { rx: { descriptors: 32, frames: 32 }, tx: { descriptors: 64, frames: 64 } };

/** One for each socket of the longest chain. */
const queues = 9;

/** The network cards of guests, by the names that vm-images/nics has for those that it plays. */
export const nicCards = {
  ixgbe: {
    driver: 'ixgbe',
    severalBuffers: false,
    queues,
    rings: intelRings,
    sentCounters: ['tx_pkts_nic'],
    receivedCounters: ['rx_pkts_nic'],
    noBusyPollSince: '6.13',
  },
  i40e: {
    driver: 'i40e',
    severalBuffers: true,
    queues,
    rings: intelRings,
    sentCounters: ['port.tx_unicast', 'port.tx_multicast', 'port.tx_broadcast'],
    receivedCounters: ['port.rx_unicast', 'port.rx_multicast', 'port.rx_broadcast'],
    noBusyPollSince: '6.13',
  },
  ice: {
    driver: 'ice',
    severalBuffers: true,
    queues,
    rings: intelRings,
    sentCounters: ['tx_unicast.nic', 'tx_multicast.nic', 'tx_broadcast.nic'],
    receivedCounters: ['rx_unicast.nic', 'rx_multicast.nic', 'rx_broadcast.nic'],
    firmware: icePackage,
  },
  mlx5: {
    driver: 'mlx5_core',
    severalBuffers: false,
    queues,
    rings: mlx5Rings,
    sentCounters: ['tx_packets_phy'],
    receivedCounters: ['rx_packets_phy'],
    leasesQueues: true,
  },
  igb: {
    driver: 'igb',
    severalBuffers: false,
    queues: 8,
    rings: intelRings,
    sentCounters: ['tx_packets'],
    receivedCounters: ['rx_packets'],
    zeroCopySince: '6.14',
    qemu: { device: 'igb' },
  },
  // It maps frames for the device only if that goes by what the platform says. Without indirect descriptors, each packet
  // takes two, and the send queue may be full with one of them free.
  virtio_net: {
    driver: 'virtio_net',
    severalBuffers: false,
    queues,
    rings: virtioRings,
    sentCounters: Array.from({ length: queues }, (_, queue) => `tx${queue}_xdp_tx`),
    receivedCounters: [],
    countsStackApart: true,
    zeroCopySince: '6.13',
    keepsFramesWhileDown: true,
    qemu: {
      device: `virtio-net-pci,disable-legacy=on,iommu_platform=on,mq=on,vectors=${2 * queues + 2},rss=on,indirect_desc=off`,
      tapQueues: queues,
    },
  },
} as const satisfies Readonly<Record<string, NicCard>>;

export type NicModel = keyof typeof nicCards;

/** Those that QEMU plays itself. */
export type QemuModel = {
  [Model in NicModel]: (typeof nicCards)[Model] extends { qemu: unknown } ? Model : never;
}[NicModel];

/** Those that vm-images/nics plays. */
export type OwnModel = Exclude<NicModel, QemuModel>;

/** The card whose driver this is. */
export function cardOfDriver(driver: string): NicModel | undefined {
  return nicModels.find((model) => nicCards[model].driver === driver);
}

export const nicModels = Object.keys(nicCards) as readonly NicModel[];

export const ownModels = nicModels.filter(isOwn);

export function isOwn(model: NicModel): model is OwnModel {
  return !('qemu' in nicCards[model]);
}

/** One card that vm-images/nics plays, as QEMU finds it. */
export interface NicPort {
  readonly model: OwnModel;
  /** Where its model listens for QEMU's vfio-user. */
  readonly socketPath: string;
}

/** Whether a release of Linux, or a base, is older than another. */
export function isBefore(one: string, other: string): boolean {
  return one.localeCompare(other, 'en', { numeric: true }) < 0;
}
