import { FlashError } from '../../harness/errors.js';
import { isListeningSeqpacket, makeNonBlocking } from '../../harness/ffi/seqpacket.js';

const firstFd = 3;

/**
 * The socket that systemd listens on and starts this process for (sd_listen_fds(3)); undefined if it was started
 * otherwise. Throws if what was given is not one such socket.
 */
export function inheritedListener(env: Readonly<Record<string, string | undefined>>): number | undefined {
  const { LISTEN_PID: pid, LISTEN_FDS: count } = env;
  if (count === undefined || pid !== String(process.pid)) return undefined;
  if (count !== '1' || !isListeningSeqpacket(firstFd))
    throw new FlashError(
      'usage',
      `systemd gave ${count} descriptors, which are not one listening SOCK_SEQPACKET socket`,
      {
        advice: 'the socket unit needs ListenSequentialPacket=, once',
      },
    );
  makeNonBlocking(firstFd);
  return firstFd;
}
