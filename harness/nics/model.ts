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
  /** What `ethtool -S` calls the frames that a port has given to its wire, zero copy or not; their sum counts. */
  readonly sentCounters: readonly string[];
  /** What the driver asks for when it probes, if it does. */
  readonly firmware?: Firmware;
}

/** The shortest that Intel's drivers make. They leave one entry of a full ring free. */
const intelRing: HardwareRing = { descriptors: 64, frames: 63 };
const intelRings: HardwareRings = { rx: intelRing, tx: intelRing };

/** This driver uses all of a ring. Its TX rings cannot be shorter. */
const mlx5Rings: HardwareRings = { rx: { descriptors: 32, frames: 32 }, tx: { descriptors: 64, frames: 64 } };

/** The network cards that vm-images/nics plays, by their names there. */
export const nicCards = {
  ixgbe: { driver: 'ixgbe', severalBuffers: false, rings: intelRings, sentCounters: ['tx_pkts_nic'] },
  i40e: {
    driver: 'i40e',
    severalBuffers: true,
    rings: intelRings,
    sentCounters: ['port.tx_unicast', 'port.tx_multicast', 'port.tx_broadcast'],
  },
  ice: {
    driver: 'ice',
    severalBuffers: true,
    rings: intelRings,
    sentCounters: ['tx_unicast.nic', 'tx_multicast.nic', 'tx_broadcast.nic'],
    firmware: icePackage,
  },
  mlx5: { driver: 'mlx5_core', severalBuffers: false, rings: mlx5Rings, sentCounters: ['tx_packets_phy'] },
} as const satisfies Readonly<Record<string, NicCard>>;

export type NicModel = keyof typeof nicCards;

/** The card whose driver this is. */
export function cardOfDriver(driver: string): NicModel | undefined {
  return nicModels.find((model) => nicCards[model].driver === driver);
}

export const nicModels = Object.keys(nicCards) as readonly NicModel[];

/** One card, as QEMU finds it. */
export interface NicPort {
  readonly model: NicModel;
  /** Where its model listens for QEMU's vfio-user. */
  readonly socketPath: string;
}
