import { FlashError } from '../errors.js';
import { xdpFlag } from '../ffi/libbpf.js';
import type { AttachError } from '../ffi/xdp-dispatcher.js';
import { whyRefused } from '../ffi/xdp-refusal.js';

const advice = {
  native:
    '`--mode generic` works with every driver; if the MTU is too large for native mode: `ip link set dev DEVICE mtu 1500`',
  generic: 'the kernel may lack CONFIG_BPF_SYSCALL, or this is not root',
  offload: 'few NICs run programs themselves; `--mode native` runs them in the driver',
} as const;

/** An attempt to attach a program to a device of this network namespace. */
export interface Tried {
  readonly ifname: string;
  readonly ifindex: number;
  readonly programFd: number;
  readonly mode: keyof typeof advice;
  readonly error: AttachError;
}

const says = ({ ifname, mode }: Tried): string => `${ifname} takes no XDP program in ${mode} mode`;

/** What the kernel says about it, if it gives a reason. */
const reasonFor = ({ ifindex, programFd, mode }: Tried): string | undefined =>
  whyRefused(ifindex, programFd, xdpFlag[mode] | xdpFlag.updateIfNoExist);

export function refusedFor(tried: Tried): FlashError {
  const { error, mode } = tried;
  const reason = reasonFor(tried) ?? 'the kernel gives no reason';
  return new FlashError('infrastructure', `${says(tried)}: ${error.errno}, ${reason}`, {
    cause: error,
    advice: advice[mode],
  });
}

/** Somebody is told of it in one line, because there is another mode to try. */
export function describeRefusal(tried: Tried): string {
  return `${says(tried)}: ${reasonFor(tried) ?? tried.error.errno}`;
}
