import { FlashError } from '../../errors.js';
import { attempt } from '../../process/run.js';

/** The programs that make disks, by the packages they are in. */
const tools: Readonly<Record<string, string>> = {
  mmdebstrap: 'mmdebstrap',
  mke2fs: 'e2fsprogs',
  fakeroot: 'fakeroot',
  'qemu-img': 'qemu-utils',
  'ssh-keygen': 'openssh-client',
};

/** /sbin is not in everybody's PATH. */
export const toolEnv: Readonly<Record<string, string>> = { PATH: `${process.env['PATH'] ?? ''}:/usr/sbin:/sbin` };

export async function requireDiskTools(): Promise<void> {
  const missing: string[] = [];
  for (const [tool, name] of Object.entries(tools))
    if ((await attempt('which', [tool], { env: toolEnv })).exitCode !== 0) missing.push(name);
  if (missing.length === 0) return;
  throw new FlashError('missingTool', `the disk of the virtual lab cannot be made without ${missing.join(', ')}`, {
    advice: `apt-get install --no-install-recommends ${missing.join(' ')}`,
  });
}
