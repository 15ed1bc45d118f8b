/**
 * The messages of nf/README.md, each one packet of a SOCK_SEQPACKET socket. What a peer sends is checked here and
 * nowhere else: what comes out is a request, or undefined.
 */
export const protocolVersion = 1;
const nameBytes = 32;
const whyBytes = 200;
const headerBytes = 8;
const joinBytes = headerBytes + 2 * nameBytes;
export const mostBytes = 65_536;

const types = { join: 1, joined: 2, refused: 3, edges: 4, leave: 5, command: 16, answer: 17 } as const;

export interface JoinRequest {
  readonly kind: 'join';
  readonly chain: string;
  readonly function: string;
}

export interface CommandRequest {
  readonly kind: 'command';
  readonly text: string;
}

export interface Joined {
  /** Of the memory. */
  readonly size: { readonly frames: number; readonly frameSize: number };
  /** Of the function, among those that share the memory; 0 if it has it alone. */
  readonly number: number;
  readonly share: number;
  readonly ringSize: number;
  readonly edges: number;
}

const name = /^[a-z0-9][a-z0-9_-]*(\.\d+)?$/;

export function decodeRequest(data: Buffer): JoinRequest | CommandRequest | undefined {
  if (data.length < headerBytes || data.readUInt32LE(0) !== protocolVersion) return undefined;
  const type = data.readUInt32LE(4);
  if (type === types.command) return { kind: 'command', text: data.toString('utf8', headerBytes) };
  if (type !== types.join || data.length !== joinBytes) return undefined;
  const chain = readName(data, headerBytes);
  const fn = readName(data, headerBytes + nameBytes);
  return chain === undefined || fn === undefined ? undefined : { kind: 'join', chain, function: fn };
}

/** Zeros follow it, at least one. */
function readName(data: Buffer, offset: number): string | undefined {
  const field = data.subarray(offset, offset + nameBytes);
  const end = field.indexOf(0);
  if (end < 0 || field.subarray(end).some((byte) => byte !== 0)) return undefined;
  const text = field.toString('latin1', 0, end);
  return name.test(text) ? text : undefined;
}

function message(type: number, words: readonly number[], rest: Buffer = Buffer.alloc(0)): Buffer {
  const head = Buffer.alloc(headerBytes + 4 * words.length);
  for (const [index, word] of [protocolVersion, type, ...words].entries()) head.writeUInt32LE(word, 4 * index);
  return Buffer.concat([head, rest]);
}

/** The four rings have one size. */
export function encodeJoined({ size: { frames, frameSize }, number, share, ringSize, edges }: Joined): Buffer {
  const rings = [ringSize, ringSize, ringSize, ringSize];
  return message(types.joined, [frameSize, frames, number, share, ...rings, edges]);
}

export function encodeRefused(errno: number, why: string): Buffer {
  const text = Buffer.alloc(whyBytes);
  text.write(why, 0, whyBytes - 1);
  return message(types.refused, [errno], text);
}

export const encodeEdges = (edges: number): Buffer => message(types.edges, [edges]);
export const encodeLeave = (): Buffer => message(types.leave, []);

export const encodeCommand = (command: unknown): Buffer =>
  message(types.command, [], Buffer.from(JSON.stringify(command)));
export const encodeAnswer = (answer: unknown): Buffer =>
  message(types.answer, [], Buffer.from(JSON.stringify(answer)).subarray(0, mostBytes - headerBytes));

export function decodeAnswer(data: Buffer): unknown {
  if (data.length < headerBytes || data.readUInt32LE(0) !== protocolVersion || data.readUInt32LE(4) !== types.answer)
    return undefined;
  return JSON.parse(data.toString('utf8', headerBytes));
}

export function encodeJoin(chain: string, fn: string): Buffer {
  const names = Buffer.alloc(2 * nameBytes);
  names.write(chain, 0, nameBytes - 1, 'latin1');
  names.write(fn, nameBytes, nameBytes - 1, 'latin1');
  return message(types.join, [], names);
}
