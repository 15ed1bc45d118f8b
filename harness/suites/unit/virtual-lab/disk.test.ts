import { mkdirSync, readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'ava';
import { withTemporaryDir } from '../../../host/temporary.js';
import { diskKey, findBaseDisk } from '../../../virtual-lab/disk/base-disk.js';
import { mmdebstrapArgs } from '../../../virtual-lab/disk/file-system.js';
import { diskInputs, packagesOf } from '../../../virtual-lab/disk/inputs.js';
import { partitionStart, partitionTable, writePartitionTable } from '../../../virtual-lab/disk/partition-table.js';
import { installBootLoaderSays } from '../../../virtual-lab/disk/first-boot.js';

const gibibyte = 2 ** 30;

test('the one partition is bootable, Linux, and takes the disk from its start on', (t) => {
  const sector = partitionTable(4 * gibibyte);

  t.is(sector.length, 512);
  t.is(sector.readUInt8(446), 0x80);
  t.is(sector.readUInt8(450), 0x83);
  t.is(sector.readUInt32LE(454) * 512, partitionStart);
  t.is((sector.readUInt32LE(454) + sector.readUInt32LE(458)) * 512, 4 * gibibyte);
  t.is(sector.subarray(510).toString('hex'), '55aa');
});

test('a partition table changes nothing behind it', async (t) => {
  await withTemporaryDir(tmpdir(), async (dir) => {
    const disk = join(dir, 'disk');
    writeFileSync(disk, Buffer.alloc(1024, 7));
    truncateSync(disk, 2 << 20);

    writePartitionTable(disk, 2 << 20);

    const written = readFileSync(disk);
    t.deepEqual(written.subarray(0, 512), partitionTable(2 << 20));
    t.deepEqual(written.subarray(512, 1024), Buffer.alloc(512, 7));
    t.is(written.length, 2 << 20);
  });
});

const firmware = (content: string) => [{ name: 'card.pkg', load: () => Buffer.from(content) }];

test('a disk is another one when its release, its firmware or a file of its inputs is', (t) => {
  const keys = [
    diskKey({ suite: 'bookworm', firmware: [] }, ['a', 'b']),
    diskKey({ suite: 'trixie', firmware: [] }, ['a', 'b']),
    diskKey({ suite: 'bookworm', firmware: firmware('1') }, ['a', 'b']),
    diskKey({ suite: 'bookworm', firmware: firmware('2') }, ['a', 'b']),
    diskKey({ suite: 'bookworm', firmware: [] }, ['a', 'c']),
  ];

  t.is(new Set(keys).size, keys.length);
  t.true(keys.includes(diskKey({ suite: 'bookworm', firmware: firmware('1') }, ['a', 'b'])));
});

test('a disk without its stamp, with the stamp of another or with a file missing is not trusted', async (t) => {
  await withTemporaryDir(tmpdir(), (dir) => {
    const make = (name: string, key: string, files: readonly string[]): string => {
      const path = join(dir, name);
      mkdirSync(path);
      for (const file of files) writeFileSync(join(path, file), '');
      if (key !== '') writeFileSync(join(path, 'stamp.json'), JSON.stringify({ key }));
      return path;
    };
    const files = ['disk.raw', 'id_ed25519', 'ssh_host_ed25519_key.pub'];

    t.truthy(findBaseDisk(make('whole', 'k', files), 'k'));
    t.is(findBaseDisk(make('no stamp', '', files), 'k'), undefined);
    t.is(findBaseDisk(make('of another', 'l', files), 'k'), undefined);
    t.is(findBaseDisk(make('no key', 'k', ['disk.raw', 'ssh_host_ed25519_key.pub']), 'k'), undefined);
    return Promise.resolve();
  });
});

test('packages are the lines that are no comments', (t) => {
  t.deepEqual(packagesOf('# what\n\ngrub-pc\nudev\n'), ['grub-pc', 'udev']);
  t.true(packagesOf().includes('openssh-server'));
});

test('the system comes from the archives of this machine, and its hooks from a path of any name', (t) => {
  const archive = {
    suite: 'bookworm' as const,
    signedBy: '/keys.gpg',
    components: ['main'],
    pockets: [
      { suite: 'bookworm', uri: 'http://archive.example/debian' },
      { suite: 'bookworm-updates', uri: 'http://archive.example/debian' },
    ] as const,
  };

  const args = mmdebstrapArgs(archive, "/it's here/files", '/scratch/system.tar');

  t.true(args.includes(`--customize-hook='${join(diskInputs, 'customize')}' "$1" '/it'\\''s here/files'`));
  t.deepEqual(args.slice(-4), [
    'bookworm',
    '/scratch/system.tar',
    'deb [signed-by=/keys.gpg] http://archive.example/debian bookworm main',
    'deb [signed-by=/keys.gpg] http://archive.example/debian bookworm-updates main',
  ]);
});

test('the first boot says what is waited for', (t) => {
  t.true(readFileSync(join(diskInputs, 'first-boot'), 'utf8').includes(`echo '${installBootLoaderSays}'`));
});
