import { connect } from 'node:net';
import { FlashError } from '../errors.js';
import type { Send } from './control.js';

const deadlineMs = 10_000;

/** From the host: over the control socket, a connection for each command. */
export function overSocket(path: string): Send {
  return (command) =>
    new Promise((resolve, reject) => {
      let reply = '';
      const socket = connect(path);
      const fail = (what: string, cause?: unknown): void => {
        socket.destroy();
        reject(new FlashError('infrastructure', `the emulated NICs did not answer "${command}": ${what}`, { cause }));
      };
      socket.setEncoding('utf8').setTimeout(deadlineMs, () => fail(`nothing came within ${deadlineMs / 1000} s`));
      socket.on('connect', () => socket.write(`${command}\n`));
      socket.on('error', (error) => fail(error.message, error));
      socket.on('close', () => fail('they closed the connection'));
      socket.on('data', (text: string) => {
        reply += text;
        const end = reply.indexOf('\n');
        if (end < 0) return;
        resolve(reply.slice(0, end));
        socket.destroy();
      });
    });
}
