import test from 'ava';
import { findProblem } from '../../../../nics/ice-package/find-problem.js';
import { ownPackage } from '../../../../nics/ice-package/own-package.js';
import { writePackage } from '../../../../nics/ice-package/write-package.js';

const ours = writePackage(ownPackage);

/** Offsets in our package. */
const segmentAt = 12;
const bufferAt = 68;
const metadataEntryAt = bufferAt + 4;

const withVersion = (major: number, minor: number): Buffer =>
  writePackage({ ...ownPackage, version: { major, minor, update: 5, draft: 0 } });

function changed(change: (file: Buffer) => unknown): Buffer {
  const file = Buffer.from(ours);
  change(file);
  return file;
}

/** Ours with a segment before its own, as a vendor's package has one with a signature. */
function signed(signedSegment: number, kind: number): Buffer {
  const signature = Buffer.alloc(52);
  signature.writeUInt32LE(0x1001, 0);
  signature.writeUInt32LE(signature.length, 8);
  signature.writeUInt32LE(signedSegment, 44);
  signature.writeUInt32LE(kind, 48);
  const header = Buffer.alloc(16);
  header.set([1, 0, 0, 0, 2, 0, 0, 0]);
  header.writeUInt32LE(header.length, 8);
  header.writeUInt32LE(header.length + signature.length, 12);
  return Buffer.concat([header, signature, ours.subarray(segmentAt)]);
}

const good: Readonly<Record<string, Buffer>> = {
  'our own package': ours,
  'any update of version 1.3': withVersion(1, 3),
  'a signature for the E810': signed(0x10, 1),
  'a file that goes on after its segments': Buffer.concat([ours, Buffer.alloc(100)]),
};

for (const [what, file] of Object.entries(good)) {
  test(`${what} is as the driver wants it`, (t) => {
    t.is(findProblem(file), undefined);
  });
}

const bad: Readonly<Record<string, readonly [Buffer, RegExp]>> = {
  'an empty file': [Buffer.alloc(0), /^it is empty$/],
  'a file of a few bytes': [ours.subarray(0, 11), /^it is cut off after 11 bytes$/],
  'a file compressed by zstd': [
    Buffer.from(`28b52ffd${'00'.repeat(20)}`, 'hex'),
    /^it is compressed: zstd -d decompresses it$/,
  ],
  'a file compressed by xz': [
    Buffer.from(`fd377a585a00${'00'.repeat(20)}`, 'hex'),
    /^it is compressed: xz -d decompresses it$/,
  ],
  'something else': [Buffer.from('#!/bin/sh\necho hello\n'), /^it does not begin as a DDP package does$/],
  'another format': [changed((file) => file.writeUInt8(1, 1)), /^it does not begin as a DDP package does$/],
  'no segments': [changed((file) => file.writeUInt32LE(0, 4)), /^it has no segments$/],
  'more segments than fit': [changed((file) => file.writeUInt32LE(0xffffffff, 4)), /^it is cut off: its 4294967295 /],
  'a segment that begins after the end': [
    changed((file) => file.writeUInt32LE(0xfffffff0, 8)),
    /^it is cut off: segment 1 of 1 ends at byte \d+, the file at byte 4164$/,
  ],
  'a file cut in the middle': [
    ours.subarray(0, 2000),
    /^it is cut off: segment 1 of 1 ends at byte 4164, the file at byte 2000$/,
  ],
  'a segment for another device': [
    changed((file) => file.writeUInt32LE(0x17, segmentAt)),
    /^it has no segment for the E810$/,
  ],
  'more devices than fit': [
    changed((file) => file.writeUInt32LE(0x7fffffff, segmentAt + 44)),
    /^the tables of its segment for the E810 go past the end of the file$/,
  ],
  'more NVM versions than fit': [
    changed((file) => file.writeUInt32LE(0x7fffffff, segmentAt + 48)),
    /^the tables of its segment for the E810 go past the end of the file$/,
  ],
  'more buffers than fit': [
    changed((file) => file.writeUInt32LE(2, segmentAt + 52)),
    /^the tables of its segment for the E810 go past the end of the file$/,
  ],
  'no buffers': [changed((file) => file.writeUInt32LE(0, segmentAt + 52)), /^it has no version$/],
  'a buffer without sections': [changed((file) => file.writeUInt16LE(0, bufferAt)), /^it has no version$/],
  'a buffer with too many sections': [changed((file) => file.writeUInt16LE(512, bufferAt)), /^it has no version$/],
  'a buffer that ends nowhere': [changed((file) => file.writeUInt16LE(11, bufferAt + 2)), /^it has no version$/],
  'a buffer without metadata': [changed((file) => file.writeUInt32LE(2, metadataEntryAt)), /^it has no version$/],
  'metadata that begin in the header': [
    changed((file) => file.writeUInt16LE(11, metadataEntryAt + 4)),
    /^it has no version$/,
  ],
  'metadata that leave the buffer': [
    changed((file) => file.writeUInt16LE(4090, metadataEntryAt + 4)),
    /^it has no version$/,
  ],
  'metadata that are too short': [
    changed((file) => file.writeUInt16LE(35, metadataEntryAt + 6)),
    /^it has no version$/,
  ],
  'a signature for another device': [signed(0x17, 1), /^it is signed, but not for the E810$/],
  'a signature of another kind': [signed(0x10, 3), /^it is signed, but not for the E810$/],
  'version 1.2': [withVersion(1, 2), /^it has version 1\.2\.5\.0, which is too old: the driver takes 1\.3$/],
  'version 0.9': [withVersion(0, 9), /^it has version 0\.9\.5\.0, which is too old: the driver takes 1\.3$/],
  'version 1.4': [withVersion(1, 4), /^it has version 1\.4\.5\.0, which is too new: the driver takes 1\.3$/],
  'version 2.0': [withVersion(2, 0), /^it has version 2\.0\.5\.0, which is too new: the driver takes 1\.3$/],
};

for (const [what, [file, problem]] of Object.entries(bad)) {
  test(`${what} is a problem`, (t) => {
    t.regex(findProblem(file) ?? 'no problem', problem);
  });
}

test('no piece of a package passes for a whole one, and none is read past its end', (t) => {
  for (let length = 0; length < ours.length; length += 1) {
    t.not(findProblem(ours.subarray(0, length)), undefined);
  }
});
