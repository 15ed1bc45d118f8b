import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** The variable of the UEFI specification: four bytes of attributes, which Linux puts first, and one of value. */
const variable = 'SecureBoot-8be4df61-93ca-11d2-aa0d-00e098032b8c';

/** Whether the firmware of this machine boots only what is signed. */
export function isSecureBootOn(efivars = '/sys/firmware/efi/efivars'): boolean {
  const path = join(efivars, variable);
  return existsSync(path) && readFileSync(path)[4] === 1;
}
