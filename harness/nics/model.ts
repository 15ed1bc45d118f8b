/** The network cards that vm-images/nics plays, by the name of the driver they are for. */
export const nicModels = ['ixgbe', 'i40e'] as const;

export type NicModel = (typeof nicModels)[number];

/** Whether its driver takes packets of several buffers in zero-copy mode. */
export function hasSeveralBuffers(model: NicModel): boolean {
  return model === 'i40e';
}

/** One card, as QEMU finds it. */
export interface NicPort {
  readonly model: NicModel;
  /** Where its model listens for QEMU's vfio-user. */
  readonly socketPath: string;
}
