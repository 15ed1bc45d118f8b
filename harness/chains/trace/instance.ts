import {
  closeSync,
  constants,
  existsSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  readSync,
  rmdirSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { FlashError } from '../../errors.js';

/** Buffer and events of our own: what others trace is left alone. */
export interface TraceInstance extends Disposable {
  readonly has: (event: string) => boolean;
  readonly enable: (event: string, on: boolean) => void;
  /** Of all events with these fields, only those that match. */
  readonly filter: (event: string, filter: string) => void;
  /** What is in the buffer, which is empty afterwards. */
  readonly drain: () => string;
  /** What has come since the last call; it does not wait. */
  readonly readNew: () => string;
}

const tracefsPlaces: readonly string[] = ['/sys/kernel/tracing', '/sys/kernel/debug/tracing'];
const prefix = 'flash-';
let opened = 0;

/** @param bufferKib for each processor */
export function openTraceInstance(bufferKib: number, places = tracefsPlaces): TraceInstance {
  const root = places.find((place) => existsSync(join(place, 'instances')));
  if (root === undefined) {
    throw new FlashError('infrastructure', `tracefs is not mounted at ${places[0]}, or not for this user to see`, {
      advice: `as root: mount -t tracefs tracefs ${places[0]}`,
    });
  }
  removeLeftOver(join(root, 'instances'));
  const dir = join(root, 'instances', `${prefix}${process.pid}-${opened++}`);
  make(dir);
  const write = (file: string, text: string): void => writeFileSync(join(dir, file), text);
  const remove = (): void => {
    write('events/enable', '0');
    rmdirSync(dir);
  };
  try {
    write('buffer_size_kb', String(bufferKib));
  } catch (error) {
    remove();
    throw error;
  }
  let pipe: number | undefined;
  const bytes = Buffer.alloc(64 * 1024);
  return {
    has: (event) => existsSync(join(dir, 'events', event, 'enable')),
    enable: (event, on) => write(join('events', event, 'enable'), on ? '1' : '0'),
    filter: (event, filter) => write(join('events', event, 'filter'), filter),
    drain() {
      const text = readFileSync(join(dir, 'trace'), 'utf8');
      write('trace', '');
      return text;
    },
    readNew() {
      pipe ??= openSync(join(dir, 'trace_pipe'), constants.O_RDONLY | constants.O_NONBLOCK);
      return readAvailable(pipe, bytes);
    },
    [Symbol.dispose]() {
      if (pipe !== undefined) closeSync(pipe);
      remove();
    },
  };
}

function readAvailable(fd: number, bytes: Buffer): string {
  const pieces: string[] = [];
  for (;;) {
    try {
      const length = readSync(fd, bytes);
      if (length === 0) return pieces.join('');
      pieces.push(bytes.toString('utf8', 0, length));
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'EAGAIN') return pieces.join('');
      throw error;
    }
  }
}

function make(dir: string): void {
  try {
    mkdirSync(dir);
  } catch (error) {
    throw new FlashError('infrastructure', `making ${dir}: ${(error as NodeJS.ErrnoException).code}`, {
      advice: 'tracing needs root of the initial user namespace',
      cause: error,
    });
  }
}

/** Of one that was killed: it could still cost something. */
function removeLeftOver(instances: string): void {
  for (const name of readdirSync(instances).filter((each) => each.startsWith(prefix))) {
    if (existsSync(`/proc/${name.slice(prefix.length).split('-')[0]}`)) continue;
    try {
      writeFileSync(join(instances, name, 'events/enable'), '0');
      rmdirSync(join(instances, name));
    } catch {
      // Somebody else removes it, or reads it.
    }
  }
}
