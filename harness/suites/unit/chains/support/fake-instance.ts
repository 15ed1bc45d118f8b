import type { TraceInstance } from '../../../../chains/trace/instance.js';

/** Of which nobody reads anything. */
export function fakeInstance(more: Partial<TraceInstance> = {}): TraceInstance {
  return {
    has: () => true,
    enable: () => undefined,
    filter: () => undefined,
    drain: () => '',
    readNew: () => '',
    [Symbol.dispose]: () => undefined,
    ...more,
  };
}
