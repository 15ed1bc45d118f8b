import { access, constants, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { cacheDir } from '../host/cache.js';
import { readJson, writeWhole } from '../host/durable-file.js';
import { withTemporaryDir } from '../host/temporary.js';
import { attempt } from '../process/run.js';

export interface KvmProbe {
  readonly works: boolean;
  /** One sentence: what was seen. */
  readonly reason: string;
}

/** `mov al, 42; out 0xf4, al; hlt`: QEMU's exit device turns the 42 into exit code 85. */
const bootSectorCode = [0xb0, 42, 0xe6, 0xf4, 0xf4];
const expectedExitCode = (42 << 1) | 1;
const probeTimeoutMs = 5000;

/**
 * Whether KVM truly runs a guest. A device node proves little (nested virtualisation may hang at
 * the first instruction), so a boot sector is run that ends QEMU with a known exit code. The answer
 * is kept until the host boots again or another QEMU is installed.
 */
export async function probeKvm(): Promise<KvmProbe> {
  const key = await probeKey();
  const answerPath = join(cacheDir(), 'kvm-probe.json');
  const known = readJson(answerPath) as { key: string; probe: KvmProbe } | undefined;
  if (known?.key === key) return known.probe;
  const probe = await runProbe();
  writeWhole(answerPath, JSON.stringify({ key, probe }));
  return probe;
}

async function probeKey(): Promise<string> {
  const bootId = await readFile('/proc/sys/kernel/random/boot_id', 'utf8');
  const { stdout } = await attempt('qemu-system-x86_64', ['--version']);
  return `${bootId.trim()} ${stdout.split('\n')[0]}`;
}

async function runProbe(): Promise<KvmProbe> {
  try {
    await access('/dev/kvm', constants.R_OK | constants.W_OK);
  } catch (error) {
    const missing = (error as NodeJS.ErrnoException).code === 'ENOENT';
    return { works: false, reason: missing ? 'there is no /dev/kvm' : '/dev/kvm may not be opened by this user' };
  }
  return withTemporaryDir(tmpdir(), async (directory) => {
    const image = join(directory, 'boot-sector');
    await writeFile(image, bootSector());
    const seconds = String(probeTimeoutMs / 1000);
    const { exitCode, stderr } = await attempt('timeout', ['-s', 'KILL', seconds, ...qemuCommand(image)]);
    if (exitCode === expectedExitCode) return { works: true, reason: 'a boot sector ran under KVM' };
    const said = stderr.trim().split('\n').at(-1);
    const detail = said ? ` (${said})` : '';
    return { works: false, reason: `/dev/kvm exists but a boot sector did not run within ${seconds} s${detail}` };
  });
}

function bootSector(): Buffer {
  const sector = Buffer.alloc(512);
  sector.set(bootSectorCode);
  sector.writeUInt16LE(0xaa55, 510);
  return sector;
}

function qemuCommand(image: string): string[] {
  return [
    ...['qemu-system-x86_64', '-accel', 'kvm', '-m', '64', '-display', 'none', '-nodefaults', '-no-reboot'],
    ...['-drive', `file=${image.replaceAll(',', ',,')},format=raw,if=floppy`, '-device', 'isa-debug-exit,iobase=0xf4'],
  ];
}
