import {
  closeSync,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  writeSync,
} from 'node:fs';
import { dirname } from 'node:path';
import { z } from 'zod';
import { FlashError } from '../../errors.js';
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
  const partial = `${path}.partial`;
  const file = openSync(partial, 'w', 0o600);
  try {
    writeSync(file, `${JSON.stringify(record, null, 2)}\n`);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
  renameSync(partial, path);
  syncDirectory(dirname(path));
}

export function removeRecord(path = recordPath): void {
  rmSync(path, { force: true });
  if (existsSync(dirname(path))) syncDirectory(dirname(path));
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

function syncDirectory(path: string): void {
  const directory = openSync(path, 'r');
  try {
    fsyncSync(directory);
  } finally {
    closeSync(directory);
  }
}
