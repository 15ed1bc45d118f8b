import { rmSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { join } from 'node:path';
import { makeSocketDir } from '../../host/temporary.js';
import { quote } from './run-directory.js';

/** The guest's end of the wire: a console of its own, apart from the kernel's. */
const guestTerminal = '/dev/hvc0';
const connectIntervalMs = 50;
const endOfFileIntervalMs = 500;
const defaultColumns = 80;
const defaultRows = 24;

/** A wire between this process's terminal and one in a guest. */
export interface Terminal extends Disposable {
  /** What QEMU needs to offer its end. */
  readonly qemuArgs: readonly string[];
  /** Connects stdin and stdout, as soon as QEMU is there, until the far end closes; once more for a second boot. */
  readonly attach: () => Promise<void>;
}

export function openTerminal(): Terminal {
  const directory = makeSocketDir('terminal');
  const path = join(directory, 'socket');
  const over = new AbortController();
  let waiting = false;
  const attach = async (): Promise<void> => {
    if (waiting) return;
    waiting = true;
    const socket = await connectWhenThere(path, over.signal).finally(() => (waiting = false));
    if (socket !== undefined) await relay(socket);
  };
  return {
    qemuArgs: [
      `-chardev socket,id=flashterminal,path=${path},server=on,wait=off`,
      '-device virtio-serial-pci -device virtconsole,chardev=flashterminal',
    ],
    attach,
    [Symbol.dispose]: () => {
      over.abort();
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

/** The command line that gives the guest's end of the wire to a shell and waits for its end. */
export function shellCommand(shell = 'exec bash -i'): string[] {
  const { columns = defaultColumns, rows = defaultRows } = process.stdout;
  const size = `stty rows ${rows} cols ${columns}`;
  return [
    'sh',
    '-c',
    `exec setsid -c -w sh -c ${quote(`${size}; ${shell}`)} < ${guestTerminal} > ${guestTerminal} 2>&1`,
  ];
}

/** Undefined when nobody waits any more: a guest that never was would keep this process from its end. */
async function connectWhenThere(path: string, signal: AbortSignal): Promise<Socket | undefined> {
  while (!signal.aborted) {
    const socket = await tryConnect(path);
    if (socket) return socket;
    await new Promise((resolve) => setTimeout(resolve, connectIntervalMs));
  }
  return undefined;
}

function tryConnect(path: string): Promise<Socket | undefined> {
  return new Promise((resolve) => {
    const socket = connect(path);
    socket.once('connect', () => resolve(socket));
    socket.once('error', () => resolve(undefined));
  });
}

async function relay(socket: Socket): Promise<void> {
  const { stdin, stdout } = process;
  const send = (data: Buffer): void => void socket.write(data);
  let repeating: NodeJS.Timeout | undefined;
  // Repeated, since a shell that is not up yet loses it.
  const sendEndOfFile = (): void => void (repeating ??= setInterval(() => socket.write('\x04'), endOfFileIntervalMs));
  stdin.setRawMode?.(true);
  stdin.on('data', send).on('end', sendEndOfFile).resume();
  socket.on('data', (data: Buffer) => stdout.write(data));
  try {
    await new Promise<void>((resolve) => socket.on('close', () => resolve()).on('error', () => resolve()));
  } finally {
    clearInterval(repeating);
    stdin.off('data', send).off('end', sendEndOfFile).pause();
    stdin.setRawMode?.(false);
  }
}
