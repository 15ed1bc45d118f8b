import { FlashError, type FailureDetails } from '../../errors.js';

/**
 * A guest that KVM did not bring to its user space. Not one whose kernel printed a warning: that is a result,
 * and another boot without KVM, on which a race may turn out otherwise, would hide it.
 */
export class KvmFault extends FlashError {
  constructor(reason: string, details: FailureDetails = {}) {
    super('guest', `the guest ended under KVM before its user space (${reason})`, details);
  }
}
