import { readFileSync, realpathSync, statSync } from 'node:fs';
import { join } from 'node:path';
import * as z from 'zod';
import { cacheDir } from '../../host/cache.js';
import { readJson, writeWhole } from '../../host/durable-file.js';
import { hashText } from '../../host/hash.js';
import { describeAccess } from './kvm-device.js';

const verdictSchema = z.object({ works: z.boolean(), reason: z.string() });

export type KvmVerdict = Readonly<z.infer<typeof verdictSchema>> & {
  /** It was found just now. */
  readonly isNew?: boolean;
};

/** What a verdict is about. */
export interface KvmMachine {
  /** The path of QEMU. */
  readonly qemu: string;
  readonly cpus: number;
  /** The kernel; without one it is about a boot sector. */
  readonly image?: string | undefined;
  readonly device: string;
}

/** What virtme-ng asks KVM for. */
export const processor = 'host,topoext=on';

/** Where a verdict is kept. All it rests on is part of the name; what changed is not found. */
export interface VerdictFile {
  readonly read: () => KvmVerdict | undefined;
  readonly write: (verdict: KvmVerdict) => void;
}

export function verdictFile({ qemu, cpus, image, device }: KvmMachine): VerdictFile {
  const restsOn = {
    boot: readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim(),
    ...{ access: describeAccess(device), qemu: describeFile(qemu), processor, cpus },
    image: image === undefined ? null : describeFile(image),
  };
  const path = join(cacheDir('kvm'), `${hashText(JSON.stringify(restsOn))}.json`);
  return {
    read: () => verdictSchema.safeParse(readJson(path)).data,
    write: ({ works, reason }) => writeWhole(path, `${JSON.stringify({ works, reason, restsOn }, null, 2)}\n`),
  };
}

function describeFile(path: string): unknown {
  const stat = statSync(path, { throwIfNoEntry: false });
  return stat === undefined ? { path } : { path: realpathSync(path), size: stat.size, mtimeMs: stat.mtimeMs };
}
