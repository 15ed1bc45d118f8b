import { FlashError } from '../errors.js';
import type { Finding } from '../host/finding.js';
import { findNicQemu } from './find.js';
import { neededRelease } from './probe.js';

const what = 'QEMU for emulated NICs';

/** Which QEMU a guest with emulated NICs runs on; fetches none. */
export async function inspectNicQemu(): Promise<Finding> {
  try {
    const qemu = await findNicQemu();
    if (qemu !== undefined)
      return { what, state: 'ok', found: `${qemu.version}, with vfio-user-pci (${qemu.program})` };
    const advice = `fetched when first needed; or install QEMU ${neededRelease}, or set FLASH_QEMU`;
    return { what, state: 'optional', found: 'none with vfio-user-pci yet', advice };
  } catch (error) {
    if (!(error instanceof FlashError)) throw error;
    return { what, state: 'missing', found: error.message, advice: error.details.advice ?? '' };
  }
}
