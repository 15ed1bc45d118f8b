import * as z from 'zod';
import { openNativePort } from '../../harness/ffi/flash-port.js';
import { onceFree } from './once-free.js';
import { explaining, parseOptions } from './failures.js';
import { makePort, type Port } from './port.js';

const count = z.number().int().positive().max(0xffff_ffff);
const powerOfTwo = count.refine((size) => Number.isInteger(Math.log2(size)), 'is no power of two');

const modes = ['auto', 'copy', 'zeroCopy'] as const;

const optionsSchema = z.strictObject({
  /** The name of a device of the network namespace that the caller is in. */
  device: z.string().min(1),
  queue: z.number().int().nonnegative().default(0),
  /** How many frames there are, and of how many bytes each: 2048 or 4096. */
  frameCount: count.default(4096),
  frameBytes: powerOfTwo.min(2048).max(4096).default(2048),
  /** Entries of each of the four rings. */
  ringSize: powerOfTwo.default(2048),
  /** Whether the driver works on the frames themselves; if it is not said, where it can. */
  mode: z.enum(modes).default('auto'),
  /** System calls run the driver's NAPI poll. */
  busyPoll: z.boolean().default(false),
  /**
   * For how long to ask again while the queue is in use, in milliseconds: the kernel lets go of one some time after
   * the process that had it has ended.
   */
  queueWaitMs: z.number().nonnegative().default(0),
  /**
   * What hands it the packets of its queue: a compiled bpf/xsk_redirect.bpf.c to attach to the device, or the path
   * where the map of one is pinned that is attached already. Without it, it has only what sockets send to it.
   */
  redirect: z.union([z.strictObject({ object: z.string() }), z.strictObject({ map: z.string() })]).optional(),
});

export type OpenOptions = z.input<typeof optionsSchema>;

/**
 * Opens a socket on a queue of a device, which takes CAP_NET_RAW, and for what hands it packets CAP_NET_ADMIN and
 * CAP_BPF. Rejects with a FlashError if there is no such device, the queue is in use, or the kernel refuses.
 */
export async function openPort(options: OpenOptions): Promise<Port> {
  const { device, queue, redirect, queueWaitMs, ...sizes } = parseOptions(optionsSchema, options, 'opening a port');
  const place = `${device} queue ${queue}`;
  const open = (): Port =>
    explaining(
      () =>
        makePort(
          openNativePort({
            ...{ ifname: device, queue, queue_wait_ms: 0, busy_poll: sizes.busyPoll },
            ...{ frame_count: sizes.frameCount, frame_size: sizes.frameBytes, ring_size: sizes.ringSize },
            mode: modes.indexOf(sizes.mode),
            xdp_object: redirect !== undefined && 'object' in redirect ? redirect.object : null,
            xskmap: redirect !== undefined && 'map' in redirect ? redirect.map : null,
          }),
        ),
      (errno) => explain(errno, place, device),
    );
  return await onceFree(open, queueWaitMs);
}

function explain(errno: string, place: string, device: string) {
  const attempted = `opening a port on ${place}`;
  switch (errno) {
    case 'ENODEV':
      return {
        kind: 'usage',
        message: `${attempted}: no such device`,
        advice: '`ip link` lists those there are',
      } as const;
    case 'EBUSY':
      return {
        kind: 'busy',
        message: `${attempted}: it is in use`,
        advice: 'end who has it, or take another queue',
      } as const;
    case 'EPERM':
    case 'EACCES':
      return { advice: 'it takes CAP_NET_RAW, CAP_NET_ADMIN and CAP_BPF; to join a chain takes nothing' };
    case 'ENOENT':
      return { kind: 'usage', advice: 'there is no such XDP program or map' } as const;
    default:
      return { advice: `\`ethtool -l ${device}\` lists its queues, and \`dmesg\` may have more` };
  }
}
