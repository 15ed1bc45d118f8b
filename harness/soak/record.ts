import { existsSync } from 'node:fs';
import { join } from 'node:path';
import * as z from 'zod';
import { FlashError } from '../errors.js';
import { openRecord, readHeader } from '../host/record.js';
import { ownModels } from '../nics/model.js';
import type { Round } from './soak-program.js';

/** What a soak is, from its first round to its last. */
const soakSchema = z
  .object({
    place: z.enum(['a guest', 'this machine']),
    /** Of the kernel of guests, which is built, or the image that they boot. */
    base: z.string(),
    image: z.string().optional(),
    /** Wires between emulated NICs of this model instead of veth pairs. */
    nic: z.enum(ownModels).optional(),
    /** Of all rounds together, and of the download of one. */
    seconds: z.number(),
    downloadSeconds: z.number(),
  })
  .readonly();

export type Soak = z.infer<typeof soakSchema>;

/** A run that ended before its time: why, and where its log is. */
export interface Failure {
  readonly failure: string;
  readonly logPath?: string;
}

/** What a folder has of a soak. */
export interface SoakRecord {
  readonly soak: Soak;
  readonly folder: string;
  readonly rounds: () => readonly Round[];
  readonly failures: () => readonly Failure[];
  readonly add: (entry: Round | Failure) => void;
}

const recordName = 'rounds.jsonl';

/** Begins one in a folder that has none. */
export function beginSoak(folder: string, soak: Soak): SoakRecord {
  const path = join(folder, recordName);
  if (existsSync(path))
    throw new FlashError('usage', `${path} has the rounds of another run`, {
      advice: `go on with that run by --resume ${folder}, or name another folder by --out`,
    });
  return openSoak(folder, soak, false);
}

/** One that goes on as it began. */
export function resumeSoak(folder: string): SoakRecord {
  const path = join(folder, recordName);
  const { success, data } = soakSchema.safeParse(readHeader(path));
  if (!success)
    throw new FlashError('usage', `${path} does not begin as the rounds of a soak do`, {
      advice: 'name the folder of one, which it printed at its end',
    });
  return openSoak(folder, data, true);
}

function openSoak(folder: string, soak: Soak, resume: boolean): SoakRecord {
  const { samples, add } = openRecord<Round | Failure>(join(folder, recordName), soak, resume);
  return {
    ...{ soak, folder, add },
    rounds: () => samples().filter((entry) => 'seconds' in entry),
    failures: () => samples().filter((entry) => 'failure' in entry),
  };
}

/** What is left of its time. */
export function secondsLeft({ soak, rounds }: SoakRecord): number {
  return soak.seconds - rounds().reduce((sum, { seconds }) => sum + seconds, 0);
}
