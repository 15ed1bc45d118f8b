import type { Firmware } from './firmware.js';
import { icePackage } from './ice-package/firmware.js';

/** What the harness has to know of a card. */
export interface NicCard {
  /** The guest's driver, as sysfs has it. */
  readonly driver: string;
  /** Whether that takes packets of several buffers in zero-copy mode. */
  readonly severalBuffers: boolean;
  /** Whether it redirects in its NAPI poll: the series has a patch for it. */
  readonly redirects: boolean;
  /** What the driver asks for when it probes, if it does. */
  readonly firmware?: Firmware;
}

/** The network cards that vm-images/nics plays, by their names there. */
export const nicCards = {
  ixgbe: { driver: 'ixgbe', severalBuffers: false, redirects: true },
  i40e: { driver: 'i40e', severalBuffers: true, redirects: true },
  ice: { driver: 'ice', severalBuffers: true, redirects: false, firmware: icePackage },
  mlx5: { driver: 'mlx5_core', severalBuffers: false, redirects: false },
} as const satisfies Readonly<Record<string, NicCard>>;

export type NicModel = keyof typeof nicCards;

export const nicModels = Object.keys(nicCards) as readonly NicModel[];

/** Those of which the driver redirects. */
export const redirectingNics = nicModels.filter((model) => nicCards[model].redirects);

/** One card, as QEMU finds it. */
export interface NicPort {
  readonly model: NicModel;
  /** Where its model listens for QEMU's vfio-user. */
  readonly socketPath: string;
}
