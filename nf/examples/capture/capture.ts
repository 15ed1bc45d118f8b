/** Writes what it passes on to a file: see README.md. */
import { constants } from 'node:fs';
import { open, type FileHandle } from 'node:fs/promises';
import { lockFile } from '../../../harness/ffi/file-lock.js';
import { FlashError, type Port } from '../../typescript/index.js';
import { numberOf, runExample } from '../example.js';
import { encodeHeader, encodePacket } from './pcap-ng.js';

const name = 'capture';
const batch = 64;

await runExample({
  name,
  usage: '--file FILE [--snap BYTES]',
  options: { file: { type: 'string' }, snap: { type: 'string' } },
  read(values) {
    const { file, device, chain, function: fn } = values;
    if (file === undefined) throw new TypeError('say with --file where to write to');
    return { path: String(file), snapBytes: numberOf(values, 'snap'), place: String(device ?? `${chain}/${fn}`) };
  },
  async work(port, { path, snapBytes, place }, signal) {
    const file = await create(path);
    try {
      await append(file, encodeHeader(name, place, snapBytes), path);
      while (!signal.aborted) {
        const blocks = passOn(port, snapBytes);
        if (blocks.length > 0) {
          // They leave while they are written, and the disk sets the pace.
          await Promise.all([append(file, Buffer.concat(blocks), path), port.wait({ timeoutMs: 0 })]);
        } else {
          if (port.leaving()) break;
          await port.wait({ signal });
        }
      }
    } finally {
      await file.close();
    }
  },
});

/** Returns what is to be written of the packets that came. There is room for them, so all are sent. */
function passOn(port: Port, snapBytes: number): readonly Buffer[] {
  const packets = port.receive(Math.min(port.room(), batch));
  const timeUs = Math.round((performance.timeOrigin + performance.now()) * 1000);
  const blocks = packets.map(({ bytes }) => encodePacket({ timeUs, bytes }, snapBytes));
  port.send(packets);
  return blocks;
}

/** What is in a file goes only if nobody else writes to it. */
async function create(path: string): Promise<FileHandle> {
  const file = await open(path, constants.O_WRONLY | constants.O_CREAT).catch((cause: unknown) =>
    fail(`creating ${path}`, cause),
  );
  try {
    if (!lockFile(file.fd)) fail(`creating ${path}`, new Error('another program writes to it'));
    if ((await file.stat()).isFile()) await file.truncate();
    return file;
  } catch (error) {
    await file.close();
    throw error;
  }
}

async function append(file: FileHandle, bytes: Buffer, path: string): Promise<void> {
  await file.appendFile(bytes).catch((cause: unknown) => fail(`writing to ${path}`, cause));
}

function fail(attempted: string, cause: unknown): never {
  throw new FlashError('infrastructure', `${attempted}: ${(cause as Error).message}`, {
    cause,
    advice: 'write to a folder where this user may, with enough room',
  });
}
