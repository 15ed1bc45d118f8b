import { connect } from 'node:net';
import { FlashError } from '../../errors.js';

/** One processor of a guest, halted as soon as QEMU's server for debuggers has a connection. */
export interface Debugger extends Disposable {
  /** Sets or removes a breakpoint. */
  readonly breakAt: (address: bigint, on: boolean) => Promise<void>;
  /** Lets it run until it is at a breakpoint. */
  readonly resume: () => Promise<void>;
  /** One instruction, without interrupts. */
  readonly step: () => Promise<void>;
  /** The address of the next instruction. */
  readonly programCounter: () => Promise<bigint>;
  /** Lets it run for good. */
  readonly detach: () => Promise<void>;
}

const deadlineMs = 60_000;
/** Where rip is in the registers of x86-64, which come as digits: after sixteen of 8 bytes. */
const instructionPointer = { start: 256, end: 272 } as const;
const stopped = /^[ST]/;
const done = /^OK$/;

/** Connects to a Unix socket on which QEMU speaks gdb's remote protocol. */
export async function attachDebugger(path: string): Promise<Debugger> {
  const socket = connect(path);
  let received = '';
  let waiting:
    | {
        readonly expected: RegExp;
        readonly resolve: (reply: string) => void;
        readonly reject: (error: unknown) => void;
      }
    | undefined;
  const fail = (why: string): void => {
    socket.destroy();
    waiting?.reject(new FlashError('infrastructure', `QEMU's server for debuggers: ${why}`));
  };
  socket.setEncoding('latin1');
  socket.on('error', (error) => fail(error.message));
  socket.on('close', () => fail('it closed the connection'));
  socket.on('data', (text: string) => {
    received += text;
    for (let packet = nextPacket(received); packet !== undefined; packet = nextPacket(received)) {
      received = packet.rest;
      socket.write('+');
      // A halt is also told to whom did not ask.
      if (waiting?.expected.test(packet.body) === true) waiting.resolve(packet.body);
      else if (packet.body === '' || packet.body.startsWith('E'))
        fail(packet.body === '' ? 'it does not know the request' : `error ${packet.body.slice(1)}`);
    }
  });

  const request = async (body: string, expected: RegExp): Promise<string> => {
    const timer = setTimeout(() => fail(`nothing came within ${deadlineMs / 1000} s after "${body}"`), deadlineMs);
    try {
      return await new Promise<string>((resolve, reject) => {
        waiting = { expected, resolve, reject };
        socket.write(formatPacket(body));
      });
    } finally {
      waiting = undefined;
      clearTimeout(timer);
    }
  };

  await request('?', stopped);
  return {
    breakAt: async (address, on) => void (await request(`${on ? 'Z' : 'z'}1,${address.toString(16)},1`, done)),
    resume: async () => void (await request('c', stopped)),
    step: async () => void (await request('s', stopped)),
    programCounter: async () =>
      parseRegister((await request('g', /^[0-9a-f]{272}/)).slice(instructionPointer.start, instructionPointer.end)),
    detach: async () => void (await request('D', done)),
    [Symbol.dispose]: () => socket.destroy(),
  };
}

/** `$body#checksum`, the checksum two hexadecimal digits. */
export function formatPacket(body: string): string {
  const sum = [...body].reduce((total, character) => total + character.charCodeAt(0), 0) % 256;
  return `$${body}#${sum.toString(16).padStart(2, '0')}`;
}

/** The first whole packet of what came, and what follows it. */
export function nextPacket(received: string): { readonly body: string; readonly rest: string } | undefined {
  const found = /\$([^#]*)#[0-9a-f]{2}/.exec(received);
  return found === null ? undefined : { body: found[1] ?? '', rest: received.slice(found.index + found[0].length) };
}

/** Least significant byte first. */
export function parseRegister(digits: string): bigint {
  return BigInt(`0x${(digits.match(/../g) ?? []).reverse().join('')}`);
}
