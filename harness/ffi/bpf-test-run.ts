import { sized } from './bpf-options.js';
import { libbpf } from './libbpf.js';
import { checkResult } from './native-error.js';

/** What XDP programs say of a packet. */
export const xdpVerdicts = ['aborted', 'drop', 'pass', 'tx', 'redirect'] as const;
export type XdpVerdict = (typeof xdpVerdicts)[number];

export interface TestRunResult {
  readonly verdict: XdpVerdict;
  readonly packet: Buffer;
}

/** Has the kernel run an XDP program on a packet once, on no device's behalf (BPF_PROG_TEST_RUN). */
export function testRun(programFd: number, packet: Buffer): TestRunResult {
  const out = Buffer.alloc(packet.length + 256);
  const options = sized('testRun', {
    ...{ data_in: packet, data_size_in: packet.length, data_out: out, data_size_out: out.length },
    repeat: 1,
  }) as { retval: number; data_size_out: number };
  checkResult(`running an XDP program on ${packet.length} bytes`, libbpf.testRun(programFd, options));
  const verdict = xdpVerdicts[options.retval];
  if (verdict === undefined) throw new RangeError(`an XDP program returned ${options.retval}`);
  return { verdict, packet: out.subarray(0, options.data_size_out) };
}
