import { writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { withTemporaryDir } from '../../host/temporary.js';
import { attempt } from '../../process/run.js';
import { processor, type KvmMachine, type KvmVerdict } from './kvm-verdict.js';
import { lastWords } from './last-words.js';

/** `mov al, 42; out 0xf4, al; hlt`: QEMU's exit device turns the 42 into exit code 85. */
const code = [0xb0, 42, 0xe6, 0xf4, 0xf4];
const expectedExitCode = (42 << 1) | 1;
const timeoutSeconds = 5;
const killedExitCode = 128 + 9;

/** What can be booted before a kernel is built, on the processors a guest gets. */
export async function bootSectorUnderKvm({ qemu, cpus }: KvmMachine): Promise<KvmVerdict> {
  return withTemporaryDir(tmpdir(), async (directory) => {
    const image = join(directory, 'boot-sector');
    await writeFile(image, bootSector());
    const args = [
      ...['-accel', 'kvm', '-cpu', processor, '-smp', String(cpus), '-m', '64'],
      ...['-display', 'none', '-nodefaults', '-no-reboot'],
      ...['-drive', `file=${image.replaceAll(',', ',,')},format=raw,if=floppy`],
      ...['-device', 'isa-debug-exit,iobase=0xf4'],
    ];
    const { exitCode, stderr } = await attempt('timeout', ['-s', 'KILL', String(timeoutSeconds), qemu, ...args]);
    if (exitCode === expectedExitCode) return { works: true, reason: 'a boot sector ran under KVM' };
    const why = exitCode === killedExitCode ? `within ${timeoutSeconds} s` : `(${lastWords(stderr)})`;
    return { works: false, reason: `a boot sector did not run under KVM ${why}` };
  });
}

function bootSector(): Buffer {
  const sector = Buffer.alloc(512);
  sector.set(code);
  sector.writeUInt16LE(0xaa55, 510);
  return sector;
}
