import { FlashError } from '../../errors.js';
import { attempt } from '../../process/run.js';
import { qemuName } from '../../qemu/probe.js';
import { bootSectorUnderKvm } from './boot-sector.js';
import { guestEvents } from './guest-events.js';
import { findDeviceProblem, kvmDevice } from './kvm-device.js';
import { verdictFile, type KvmMachine, type KvmVerdict } from './kvm-verdict.js';

/** Long for a kernel that boots under KVM, short beside the boot it takes without. */
const bootDeadlineMs = 60_000;

/** The machine a verdict is about; the system's QEMU unless told. */
export type KvmQuestion = Partial<KvmMachine> & Pick<KvmMachine, 'cpus'>;

export async function completeQuestion({ qemu, device = kvmDevice, ...rest }: KvmQuestion): Promise<KvmMachine> {
  return { ...rest, device, qemu: qemu ?? (await attempt('which', [qemuName])).stdout.trim() };
}

/**
 * Whether KVM truly runs such a guest. A device node proves little, and so does a small program
 * (nested virtualisation may refuse what only a full processor asks for): what a guest boots is
 * booted, to its first user program. A boot sector comes first, which is sooner known to hang. Verdicts
 * are kept.
 */
export async function probeKvm(machine: KvmMachine): Promise<KvmVerdict> {
  const unusable = await findDeviceProblem(machine.device);
  if (unusable !== undefined) return { works: false, reason: unusable.problem };
  if (machine.qemu === '') return { works: false, reason: `${qemuName} is not installed` };
  const { image, ...bare } = machine;
  const small = await keptOrNew(bare, bootSectorUnderKvm);
  return image === undefined || !small.works ? small : keptOrNew(machine, () => bootKernel(image, machine));
}

/** Questions that are being answered, by what they are about: who asks meanwhile waits. */
const asked = new Map<string, Promise<KvmVerdict>>();

async function keptOrNew(machine: KvmMachine, find: (machine: KvmMachine) => Promise<KvmVerdict>): Promise<KvmVerdict> {
  const file = verdictFile(machine);
  const kept = file.read();
  if (kept !== undefined) return kept;
  const question = JSON.stringify(machine);
  const earlier = asked.get(question);
  if (earlier !== undefined) return await earlier;
  const answer = find(machine).finally(() => asked.delete(question));
  asked.set(question, answer);
  const verdict = await answer;
  file.write(verdict);
  return { ...verdict, isNew: true };
}

async function bootKernel(image: string, { qemu, cpus }: KvmMachine): Promise<KvmVerdict> {
  try {
    for await (const event of guestEvents({ image, qemu, cpus, command: ['true'], accel: 'kvm', bootDeadlineMs })) {
      if (event.kind === 'setup') break;
    }
    return { works: true, reason: 'a kernel came to its first user program under KVM' };
  } catch (error) {
    if (!(error instanceof FlashError && ['guest', 'kernelSplat'].includes(error.kind))) throw error;
    return { works: false, reason: error.message };
  }
}
