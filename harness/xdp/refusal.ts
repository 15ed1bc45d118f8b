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

/** What the kernel says about a mode that a device of this network namespace does not take. */
export function reasonFor(mode: keyof typeof advice, ifindex: number, programFd: number): string | undefined {
  return whyRefused(ifindex, programFd, xdpFlag[mode] | xdpFlag.updateIfNoExist);
}

export function refusedFor(
  ifname: string,
  mode: keyof typeof advice,
  cause: AttachError,
  reason = 'the kernel gives no reason',
): FlashError {
  return new FlashError('infrastructure', `${ifname} takes no XDP program in ${mode} mode: ${cause.errno}, ${reason}`, {
    cause,
    advice: advice[mode],
  });
}
