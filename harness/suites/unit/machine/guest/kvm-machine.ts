import { chmodSync, existsSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ExecutionContext } from 'ava';
import type { KvmMachine } from '../../../../machine/guest/kvm-verdict.js';
import { setEnvironment } from '../../support/environment.js';
import { temporaryDir, writeFiles } from '../../support/tiny-repository.js';

/** What QEMU says where KVM is nested and refuses what a whole processor asks for. */
export const refusesMsr = [
  "qemu-system-x86_64: warning: host doesn't support requested feature: CPUID.01H:ECX.pni [bit 0]",
  'qemu-system-x86_64: error: failed to set MSR 0x10a to 0x69',
  "qemu-system-x86_64: kvm.c:3183: kvm_buf_set_msrs: Assertion `ret == cpu->kvm_msr_buf->nmsrs' failed.",
].join('\n');

/** A machine in a folder: scripts in the place of QEMU and vng, files in that of the device and the kernel. */
export interface FakeMachine extends KvmMachine {
  readonly dir: string;
  readonly image: string;
  /** The command lines QEMU and vng were called with. */
  readonly qemuCalls: () => readonly string[];
  readonly boots: () => readonly string[];
}

export type Scripts = Readonly<Partial<Record<'qemu' | 'vng', string>>>;

/** In vng's script `up` is the guest's user space, `end` that of its command; $emulated says how it runs. */
export function fakeMachine(t: ExecutionContext, scripts: Scripts = {}): FakeMachine {
  const dir = temporaryDir(t);
  const vng = [
    `echo "$@" >> ${dir}/boots`,
    'emulated=no',
    'for arg; do case $arg in --rwdir=*) run=${arg#--rwdir=*=} ;; --disable-kvm) emulated=yes ;; esac; done',
    'up() { echo up > $run/started; }',
    'end() { echo 0 > $run/exit; }',
    `say() { cat >&2 <<'EOF'\n${refusesMsr}\nEOF\n}`,
    scripts.vng ?? 'up; end',
  ];
  writeFiles(dir, {
    'bin/qemu-system-x86_64': `#!/bin/sh\necho "$@" >> ${dir}/qemu-calls\n${scripts.qemu ?? 'exit 85'}\n`,
    'bin/vng': `#!/bin/sh\n${vng.join('\n')}\n`,
    kvm: '',
    bzImage: 'a kernel',
  });
  for (const program of ['qemu-system-x86_64', 'vng']) chmodSync(join(dir, 'bin', program), 0o755);
  mkdirSync(join(dir, 'cache'));
  const path = `${join(dir, 'bin')}:${process.env['PATH'] ?? ''}`;
  setEnvironment(t, { FLASH_CACHE: join(dir, 'cache'), FLASH_ACCEL: '', PATH: path });
  const at = (...names: readonly string[]): string => join(dir, ...names);
  const machine = { qemu: at('bin', 'qemu-system-x86_64'), cpus: 4, device: at('kvm'), image: at('bzImage') };
  return { ...machine, dir, qemuCalls: () => linesOf(at('qemu-calls')), boots: () => linesOf(at('boots')) };
}

function linesOf(path: string): string[] {
  return existsSync(path) ? readFileSync(path, 'utf8').trimEnd().split('\n') : [];
}

/** What is said to the user, in place of saying it. */
export function hearErrors(t: ExecutionContext): string[] {
  const heard: string[] = [];
  const { error } = console;
  console.error = (line: string) => void heard.push(line);
  t.teardown(() => void (console.error = error));
  return heard;
}
