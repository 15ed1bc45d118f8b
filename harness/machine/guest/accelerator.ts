import { FlashError } from '../../errors.js';

/** What runs a guest's processors: this machine's own, or QEMU's emulation. */
export const accelerators = ['kvm', 'tcg'] as const;

export type Accelerator = (typeof accelerators)[number];

export const acceleratorVariable = 'FLASH_ACCEL';

/** What guests are told to run under; undefined leaves it to the probe. */
export function askedAccelerator(): Accelerator | undefined {
  const asked = process.env[acceleratorVariable];
  if (!asked) return undefined;
  const known = accelerators.find((accel) => accel === asked);
  if (known !== undefined) return known;
  const advice = `say ${accelerators.join(' or ')}, or leave it out: guests then use KVM where it boots one`;
  throw new FlashError('usage', `${acceleratorVariable}=${asked} is nothing that guests run under`, { advice });
}
