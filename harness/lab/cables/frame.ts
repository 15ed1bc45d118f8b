/** One of the two that IEEE 802 sets aside for experiments on a network of one's own. */
export const labEtherType = 0x88b5;

const shortest = 60;
const headerBytes = 14;
const broadcast = Buffer.alloc(6, 0xff);
/** Locally administered. */
const sender = Buffer.from([0x02, 0x66, 0x6c, 0x61, 0x73, 0x68]);

/** Says which run sent it, and from which port. */
export function writeLabFrame(token: string, port: string): Buffer {
  const type = Buffer.alloc(2);
  type.writeUInt16BE(labEtherType);
  const frame = Buffer.concat([broadcast, sender, type, Buffer.from(`flash-lab ${token} ${port}\0`)]);
  return Buffer.concat([frame, Buffer.alloc(Math.max(0, shortest - frame.length))]);
}

/** The port that a frame of this run was sent from. */
export function readLabFrame(frame: Buffer, token: string): string | undefined {
  const [text = ''] = frame.toString('latin1', headerBytes).split('\0');
  const prefix = `flash-lab ${token} `;
  return text.startsWith(prefix) ? text.slice(prefix.length) : undefined;
}
