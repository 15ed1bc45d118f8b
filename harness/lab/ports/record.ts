import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import * as z from 'zod';
import { FlashError } from '../../errors.js';
import { removeDurably, writeDurably } from '../../host/durable-file.js';
import { portStateSchema } from './state.js';

/** On the machine it is about. While it is there, the machine is not as it was. */
export const recordPath = '/var/lib/flash/record.json';

const recordSchema = z
  .object({
    version: z.literal(1),
    /** Who began to change things, and when. */
    who: z.string(),
    since: z.string(),
    ports: z.array(portStateSchema).readonly(),
    /** Files of the machine that are not of one port, such as the numbers of huge pages. */
    files: z.record(z.string(), z.string()),
  })
  .readonly();

export type MachineRecord = z.infer<typeof recordSchema>;

/** Returns once it is on the disk: only then may anything be changed. */
export function writeRecord(record: MachineRecord, path = recordPath): void {
  mkdirSync(dirname(path), { recursive: true });
  writeDurably(path, `${JSON.stringify(record, null, 2)}\n`, 0o600);
}

export function removeRecord(path = recordPath): void {
  removeDurably(path);
}

export function readRecord(path = recordPath): MachineRecord | undefined {
  if (!existsSync(path)) return undefined;
  try {
    return recordSchema.parse(JSON.parse(readFileSync(path, 'utf8')));
  } catch (cause) {
    throw new FlashError('infrastructure', `${path}, which says how this machine was, cannot be read`, {
      advice: 'see what it has, put things in order by hand and remove it',
      cause,
    });
  }
}
