import * as z from 'zod';
import { FlashError } from '../../errors.js';
import type { RemoteHost } from '../remote/remote-host.js';

/** How a machine boots without us, and what of ours is on it. While it is there, something is. */
export const bootRecordPath = '/var/lib/flash/boot.json';

const schema = z
  .object({
    version: z.literal(1),
    oldRelease: z.string(),
    /** The entry of GRUB that is pinned. */
    oldEntry: z.string(),
    /** The kernel that is installed, or is about to be. */
    release: z.string(),
    packageName: z.string(),
  })
  .readonly();

export type BootRecord = z.infer<typeof schema>;

export async function readBootRecord(host: RemoteHost): Promise<BootRecord | undefined> {
  const text = await host.read(bootRecordPath);
  if (text === undefined) return undefined;
  try {
    return schema.parse(JSON.parse(text));
  } catch (cause) {
    throw new FlashError('infrastructure', `${bootRecordPath} on ${host.name} is no record of how it boots`, { cause });
  }
}

export async function writeBootRecord(host: RemoteHost, record: BootRecord): Promise<void> {
  await host.write(bootRecordPath, `${JSON.stringify(record, null, 2)}\n`);
}
