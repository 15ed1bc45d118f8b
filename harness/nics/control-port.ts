import { closeSync, constants, existsSync, openSync, readdirSync, readFileSync, readSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { FlashError } from '../errors.js';
import { waitUntil } from '../process/wait-until.js';
import type { Send } from './control.js';

/** What QEMU calls the serial port that leads to the control socket. */
export const controlPortName = 'org.flash.nics';

const deadlineMs = 10_000;
const intervalMs = 2;
const ports = '/sys/class/virtio-ports';

/**
 * From within the guest: over a serial port, which one process at a time may have open. The others
 * wait; reading does not block, so that a process can end while an answer is missing.
 */
export function overPort(path = requireControlPort()): Send {
  return async (command) => {
    const wait = { deadlineMs, intervalMs, failAs: 'infrastructure' } as const;
    const fd = await waitUntil(() => unless('EBUSY', () => openSync(path, constants.O_RDWR | constants.O_NONBLOCK)), {
      ...wait,
      what: `${path}, which another process has open`,
    });
    try {
      writeSync(fd, `${command}\n`);
      let reply = '';
      const isWhole = (): boolean => (reply += readSome(fd, path) ?? '').endsWith('\n');
      await waitUntil(isWhole, { ...wait, what: `the emulated NICs to answer "${command}"`, lastState: () => reply });
      return reply.trimEnd();
    } finally {
      closeSync(fd);
    }
  };
}

/** Undefined while there is nothing; a port that nobody serves any more has an end. */
function readSome(fd: number, path: string): string | undefined {
  const chunk = Buffer.alloc(65536);
  const bytes = unless('EAGAIN', () => readSync(fd, chunk));
  if (bytes === 0) throw new FlashError('infrastructure', `the emulated NICs are gone: nobody serves ${path}`);
  return bytes === undefined ? undefined : chunk.toString('utf8', 0, bytes);
}

function unless<T>(code: string, work: () => T): T | undefined {
  try {
    return work();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === code) return undefined;
    throw error;
  }
}

/** The device of the port; whether udev runs or not. */
function requireControlPort(): string {
  const names = existsSync(ports) ? readdirSync(ports) : [];
  const found = names.find((name) => readFileSync(join(ports, name, 'name'), 'utf8').trim() === controlPortName);
  if (found !== undefined) return join('/dev', found);
  throw new FlashError(
    'infrastructure',
    `this guest has no serial port ${controlPortName}: it was started without emulated NICs`,
  );
}
