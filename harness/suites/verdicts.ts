import type { XdpMode } from '../ffi/xdp-dispatcher.js';

/** What a program can say of a packet; what it redirects goes to a device, or into the memory of a socket. */
export const verdicts = ['aborted', 'drop', 'pass', 'tx', 'redirect to a device', 'redirect to a socket'] as const;
export type Verdict = (typeof verdicts)[number];

export const verdictModes: readonly XdpMode[] = ['native', 'generic'];

/** What the test of one is called. */
export const verdictTitle = (verdict: Verdict, mode: XdpMode): string => `the verdict ${verdict}, in ${mode} mode`;
