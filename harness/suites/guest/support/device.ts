import type { XdpSocket } from '../../../ffi/socket-types.js';
import type { DriverOptions } from './driver-frames.js';

/** A device with queues for the sockets of a test. */
export interface Device extends AsyncDisposable {
  readonly netns: string;
  readonly a: string;
  /** Sockets bind to it in zero-copy mode. */
  readonly zeroCopy: boolean;
  /** How many packets it gave to its wire, arrived or not. */
  readonly packetsOnWire: () => Promise<number>;
}

export interface SettleOptions extends Omit<DriverOptions, 'count'> {
  readonly busyPoll: boolean;
  /** What the kernel says of the socket as a source. */
  readonly readStats: () => Readonly<Record<string, number>>;
}

/** What the data path is tested on: the same cases hold on each. */
export interface Testbed {
  /** Bits a socket binds with. */
  readonly bindFlags: number;
  readonly zeroCopy: boolean;
  /** Whether a packet can have several buffers. */
  readonly severalBuffers: boolean;
  /** Whether tests can hold the packets on its wire, and take the wire away. */
  readonly controlsWire: boolean;
  /** Whether redirects run in the NAPI poll of a driver. */
  readonly driverRedirects: boolean;
  /** Whether the port at the other end of its wire is there as well. */
  readonly hasPeer: boolean;
  /** How many queues its device has. */
  readonly queues: number;
  /** Whether the driver keeps them while its device is down. */
  readonly keepsFramesWhileDown: boolean;
  /** Whether system calls of its sockets run the NAPI poll of the driver if they prefer to. */
  readonly busyPolls: boolean;
  /** Whether containers can lease queues of the device, on a kernel that has that. */
  readonly leasesQueues: boolean;
  /** Frames a driver takes from each fill ring for packets that might come, if it finds them. */
  readonly driverFrames: number;
  /** A device that only carries sockets, and goes to the next test. Its counters go on from what they were. */
  readonly borrow: () => Promise<Device>;
  /** After a socket was opened, and before its test goes on. Returns the socket as the test is to use it. */
  readonly settle: (socket: XdpSocket, options: SettleOptions) => XdpSocket;
  /** For the end of the last test. */
  readonly dispose: () => Promise<void>;
}
