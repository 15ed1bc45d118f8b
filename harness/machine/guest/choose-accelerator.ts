import { FlashError } from '../../errors.js';
import { acceleratorVariable, askedAccelerator, type Accelerator } from './accelerator.js';
import { completeQuestion, probeKvm, type KvmQuestion } from './kvm.js';
import { findDeviceProblem, kvmDevice } from './kvm-device.js';
import { verdictFile } from './kvm-verdict.js';

export interface Choice {
  readonly accel: Accelerator;
  /** Somebody wants this one: it is not replaced by the other. */
  readonly asked: boolean;
  /** Keeps for later guests that KVM does not boot this one. */
  readonly rejectKvm: (reason: string) => void;
}

/** What a guest runs under: what was asked for, else KVM where it boots such a guest. */
export async function chooseAccelerator(question: KvmQuestion): Promise<Choice> {
  const asked = askedAccelerator();
  if (asked !== undefined) {
    await requireAccelerator(question.device);
    return { accel: asked, asked: true, rejectKvm: () => undefined };
  }
  const machine = await completeQuestion(question);
  const { works, reason, isNew = false } = await probeKvm(machine);
  if (isNew && !works) console.error(`flash: guests run without KVM: ${reason}`);
  const rejectKvm = (seen: string): void => verdictFile(machine).write({ works: false, reason: seen });
  return { accel: works ? 'kvm' : 'tcg', asked: false, rejectKvm };
}

/** Refuses what was asked for before anything is done for a guest that cannot have it. */
export async function requireAccelerator(device = kvmDevice): Promise<void> {
  if (askedAccelerator() !== 'kvm') return;
  const unusable = await findDeviceProblem(device);
  if (unusable === undefined) return;
  const advice = `${unusable.advice}; or ${withoutKvm}`;
  throw new FlashError('usage', `${askedForKvm}, and ${unusable.problem}`, { advice });
}

/** For guests that KVM cannot be of use to. */
export function refuseKvm(why: string): void {
  if (askedAccelerator() === 'kvm') throw new FlashError('usage', `${askedForKvm}, and ${why}`, { advice: withoutKvm });
}

export const askedForKvm = `KVM is asked for (--accel kvm or ${acceleratorVariable}=kvm)`;
export const withoutKvm = `say tcg instead of kvm, or leave out --accel and ${acceleratorVariable}`;
