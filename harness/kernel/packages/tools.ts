import { FlashError } from '../../errors.js';
import { attempt } from '../../process/run.js';

/** Programs, and the packages of Debian that have them. */
const packaging = {
  dh: 'debhelper',
  'dpkg-buildpackage': 'dpkg-dev',
  rsync: 'rsync',
  cpio: 'cpio',
  openssl: 'openssl',
};
const signing = { sbsign: 'sbsigntool' };

/** Fails with all that is missing, and not with the first after half an hour. */
export async function requirePackagingTools(sign: boolean): Promise<void> {
  const missing: string[] = [];
  for (const [program, name] of Object.entries({ ...packaging, ...(sign ? signing : {}) })) {
    if ((await attempt('which', [program])).exitCode !== 0) missing.push(name);
  }
  if (missing.length === 0) return;
  throw new FlashError('missingTool', `packages cannot be made without ${missing.join(', ')}`, {
    advice: `as root: apt-get install -y --no-install-recommends ${missing.join(' ')}`,
  });
}
