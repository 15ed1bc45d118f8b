import test from 'ava';
import { encodeHeader, encodePacket } from '../../../../nf/examples/capture/pcap-ng.js';

interface Block {
  readonly type: number;
  readonly body: Buffer;
}

/** Blocks say their length before and after what they have. */
function readBlocks(file: Buffer): readonly Block[] {
  const blocks: Block[] = [];
  for (let start = 0; start < file.length; ) {
    const length = file.readUInt32LE(start + 4);
    if (length % 4 !== 0 || file.readUInt32LE(start + length - 4) !== length) throw new Error(`${start}: no block`);
    blocks.push({ type: file.readUInt32LE(start), body: file.subarray(start + 8, start + length - 4) });
    start += length;
  }
  return blocks;
}

test('a file begins with a section, and an interface of Ethernet frames', (t) => {
  const [section, described, ...more] = readBlocks(encodeHeader('capture', 'web/tap', 128)) as [Block, Block];

  t.is(more.length, 0);
  t.is(section.type, 0x0a0d0d0a);
  t.is(section.body.toString('hex', 0, 16), '4d3c2b1a01000000ffffffffffffffff');
  t.is(section.body.toString('hex', 16), '04000700636170747572650000000000');
  t.is(described.type, 1);
  t.is(described.body.toString('hex', 0, 8), '0100000080000000');
  t.is(described.body.toString('hex', 8), '020007007765622f7461700000000000');
});

const timeUs = 0x5_1234_5678;

for (const { length, snapBytes, kept } of [
  { length: 60, snapBytes: 0, kept: 60 },
  { length: 61, snapBytes: 0, kept: 61 },
  { length: 62, snapBytes: 0, kept: 62 },
  { length: 63, snapBytes: 64, kept: 63 },
  { length: 63, snapBytes: 17, kept: 17 },
]) {
  test(`of a packet of ${length} bytes ${kept} are kept where ${snapBytes || 'all'} are wanted`, (t) => {
    const bytes = Uint8Array.from({ length }, (_, index) => index + 1);

    const [{ type, body }, ...more] = readBlocks(encodePacket({ timeUs, bytes }, snapBytes)) as [Block];

    t.is(more.length, 0);
    t.is(type, 6);
    t.deepEqual(
      Array.from({ length: 5 }, (_, word) => body.readUInt32LE(4 * word)),
      [0, 5, 0x1234_5678, kept, length],
    );
    t.is(body.length, 20 + 4 * Math.ceil(kept / 4));
    t.deepEqual([...body.subarray(20, 20 + kept)], [...bytes.subarray(0, kept)]);
    t.true(body.subarray(20 + kept).every((byte) => byte === 0));
  });
}
