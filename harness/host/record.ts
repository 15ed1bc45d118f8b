import { appendFileSync, existsSync, mkdirSync, readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { FlashError } from '../errors.js';

/** What a long run has measured, in a file: each there as soon as it was taken, so that the run can go on later. */
export interface RunRecord<Sample> {
  readonly samples: () => readonly Sample[];
  readonly add: (sample: Sample) => void;
}

/**
 * Starts the file anew, or goes on with what it has.
 * @param conditions what must be the same when a run goes on
 */
export function openRecord<Sample>(path: string, conditions: object, resume: boolean): RunRecord<Sample> {
  const header = JSON.stringify(conditions);
  const samples: Sample[] = [];
  if (resume) samples.push(...(readRecord(path, header) as Sample[]));
  else {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, `${header}\n`);
  }
  return {
    samples: () => samples,
    add(sample) {
      samples.push(sample);
      appendFileSync(path, `${JSON.stringify(sample)}\n`);
    },
  };
}

function readRecord(path: string, header: string): unknown[] {
  const text = read(path);
  // A run that was killed may have left half a line.
  const whole = text.slice(0, text.lastIndexOf('\n') + 1);
  const [first, ...lines] = whole.split('\n').slice(0, -1);
  if (first !== header)
    throw new FlashError('usage', `${path} is of another run: what it measures, its kernel or its place differ`, {
      advice: 'give the options of that run, or leave out --resume',
    });
  truncateSync(path, Buffer.byteLength(whole));
  return lines.map((line) => JSON.parse(line) as unknown);
}

/** The conditions of a run that began earlier, as they are; undefined if that is no record. */
export function readHeader(path: string): unknown {
  try {
    return JSON.parse(read(path).split('\n')[0] ?? '') as unknown;
  } catch (error) {
    if (error instanceof FlashError) throw error;
    return undefined;
  }
}

function read(path: string): string {
  if (existsSync(path)) return readFileSync(path, 'utf8');
  throw new FlashError('usage', `there is no run to go on with: ${path} is missing`, {
    advice: 'leave out --resume',
  });
}
