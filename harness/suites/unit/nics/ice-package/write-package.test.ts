import test from 'ava';
import { ownPackage } from '../../../../nics/ice-package/own-package.js';
import { writePackage, type PackageContents } from '../../../../nics/ice-package/write-package.js';

/* The offsets are those of the structures in the driver's ice_ddp.h, counted by hand. */

const contents: PackageContents = {
  version: { major: 1, minor: 3, update: 7, draft: 9 },
  name: 'of a test',
  trackId: 0xc0ffee01,
  groups: new Map([
    [24, 1],
    [1023, 255],
  ]),
};

const segmentAt = 12;
const bufferAt = segmentAt + 44 + 12;

test('the file begins with its format, and one segment for the E810 that ends with the file', (t) => {
  const file = writePackage(contents);

  t.is(file.subarray(0, segmentAt).toString('hex'), '01000000' + '01000000' + '0c000000');
  t.is(file.readUInt32LE(segmentAt), 0x10);
  t.is(file.readUInt32LE(segmentAt + 8), file.length - segmentAt);
  t.is(file.toString('latin1', segmentAt + 12, segmentAt + 22), 'of a test\0');
});

test('the segment has no devices, no NVM versions and one buffer', (t) => {
  const file = writePackage(contents);

  t.is(file.subarray(segmentAt + 44, bufferAt).toString('hex'), '00000000' + '00000000' + '01000000');
  t.is(file.length, bufferAt + 4096);
});

test('the buffer has three sections, one after the other, and says where they end', (t) => {
  const buffer = writePackage(contents).subarray(bufferAt);

  const entries = [0, 1, 2].map((index) => ({
    type: buffer.readUInt32LE(4 + 8 * index),
    offset: buffer.readUInt16LE(8 + 8 * index),
    size: buffer.readUInt16LE(10 + 8 * index),
  }));

  t.is(buffer.readUInt16LE(0), 3);
  t.deepEqual(entries, [
    { type: 1, offset: 28, size: 36 },
    { type: 42, offset: 64, size: 1028 },
    { type: 32, offset: 1092, size: 1028 },
  ]);
  t.is(buffer.readUInt16LE(2), 1092 + 1028);
});

test('the metadata are the version, the name and the track id', (t) => {
  const metadata = writePackage(contents).subarray(bufferAt + 28);

  t.is(metadata.subarray(0, 4).toString('hex'), '01030709');
  t.is(metadata.toString('latin1', 4, 32), 'of a test'.padEnd(28, '\0'));
  t.is(metadata.readUInt32LE(32), 0xc0ffee01);
});

for (const [what, at] of Object.entries({ RSS: 64, 'the flow director': 1092 })) {
  test(`the groups for ${what} are a byte for each type of packet`, (t) => {
    const section = writePackage(contents).subarray(bufferAt + at, bufferAt + at + 1028);

    const grouped = [...section.subarray(4)].flatMap((group, type) => (group === 0 ? [] : [[type, group]]));

    t.is(section.readUInt16LE(0), 1024);
    t.is(section.readUInt16LE(2), 0);
    t.deepEqual(grouped, [
      [24, 1],
      [1023, 255],
    ]);
  });
}

test('the same contents are the same bytes', (t) => {
  t.deepEqual(writePackage(ownPackage), writePackage({ ...ownPackage }));
});

const impossible: Readonly<Record<string, Partial<PackageContents>>> = {
  'a name without room for its end': { name: 'n'.repeat(28) },
  'a type of packet that no device numbers': { groups: new Map([[1024, 1]]) },
  'a group that is no byte': { groups: new Map([[24, 256]]) },
};

for (const [what, change] of Object.entries(impossible)) {
  test(`${what} is refused`, (t) => {
    t.throws(() => writePackage({ ...contents, ...change }), { instanceOf: RangeError });
  });
}

test('our own package puts every type of packet into a group of its own', (t) => {
  const { groups } = ownPackage;

  t.deepEqual([...groups.keys()], [22, 23, 24, 26, 27, 28, 88, 89, 90, 92, 93, 94]);
  t.is(new Set(groups.values()).size, groups.size);
  t.false([...groups.values()].includes(0));
});
