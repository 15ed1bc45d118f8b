import { FlashError } from '../../errors.js';
import type { Finding } from '../../host/finding.js';
import { acceleratorVariable, askedAccelerator, type Accelerator } from './accelerator.js';
import { guestDefaults } from './guest-events.js';
import { completeQuestion, probeKvm } from './kvm.js';
import { findDeviceProblem, kvmDevice } from './kvm-device.js';

const noCure = 'usual where this machine is a guest itself: guests do without it';
const slower = 'about ten times slower';

/** Whether KVM may be used and boots a guest (with a kernel, where one is built), and what guests run under. */
export async function inspectKvm(image: string | undefined, device = kvmDevice): Promise<readonly Finding[]> {
  const unusable = await findDeviceProblem(device);
  const { works, reason } = await probeKvm(await completeQuestion({ image, cpus: guestDefaults.cpus, device }));
  const choice = inspectChoice(works);
  if (unusable !== undefined) {
    return [{ what: device, state: 'optional', found: unusable.problem, advice: unusable.advice }, choice];
  }
  const what = 'KVM boots a guest';
  const kvm: Finding = { what, found: reason, ...(works ? { state: 'ok' } : { state: 'optional', advice: noCure }) };
  return [{ what: device, state: 'ok', found: 'may be opened by this user' }, kvm, choice];
}

function inspectChoice(works: boolean): Finding {
  const what = 'guests run under';
  let asked: Accelerator | undefined;
  try {
    asked = askedAccelerator();
  } catch (error) {
    if (!(error instanceof FlashError)) throw error;
    return { what, state: 'missing', found: error.message, advice: error.details.advice ?? '' };
  }
  const asSaid = asked === undefined ? '' : `, as ${acceleratorVariable}=${asked} says`;
  if (asked === 'kvm' && !works) {
    const advice = `leave ${acceleratorVariable} out, or say tcg`;
    return { what, state: 'missing', found: `KVM${asSaid}: it boots none`, advice };
  }
  if (asked !== 'tcg' && works) return { what, state: 'ok', found: `KVM${asSaid}` };
  const advice = works ? `${slower}; leave ${acceleratorVariable} out, and they use KVM` : `${slower} than KVM`;
  return { what, state: 'optional', found: `QEMU's emulation (TCG)${asSaid}`, advice };
}
