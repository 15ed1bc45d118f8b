import { FlashError } from '../errors.js';
import { RegistryError, writeNextOf } from '../flash/registry.js';
import { socketLabel, type SocketFacts } from './facts.js';

const advice: Readonly<Record<string, string>> = {
  EACCES: 'be root, or root of the user namespace that the sockets belong to',
  EPERM: 'setting routes takes CAP_NET_ADMIN over the network namespaces of the source and of every target',
  ENOENT: 'a socket has closed meanwhile, or is not for this user to see: `flash ls` has those that are',
  ENODEV: 'the source has closed meanwhile: `flash ls` has those that are there',
  ESTALE: 'the id is that of another socket by now: `flash ls` has those that are there',
  EROFS: 'sysfs is mounted read-only here, as in most containers: do it outside, or as root mount -o remount,rw /sys',
  ENXIO: 'its program has to bind each of them to a device first',
  EOPNOTSUPP: 'the source needs a TX ring, and each target an RX ring: their programs have to ask for them',
  EINVAL: 'a route has at most 64 targets',
};

/** Leads a socket to others. Ids that are another's by now are refused, and nothing changes. */
export function setRouteTo(source: SocketFacts, targets: readonly SocketFacts[]): void {
  write(
    source,
    targets.map(({ id, cookie }) => `${id}@${cookie}`).join(' '),
    `setting the route of ${socketLabel(source)}`,
  );
}

export function clearRouteOf(source: SocketFacts): void {
  write(source, '-1', `clearing the route of ${socketLabel(source)}`);
}

function write(source: SocketFacts, text: string, attempted: string): void {
  try {
    writeNextOf(source, text);
  } catch (error) {
    if (!(error instanceof RegistryError)) throw error;
    throw new FlashError('infrastructure', `${attempted}: ${error.errno}`, {
      ...(advice[error.errno] !== undefined && { advice: advice[error.errno] as string }),
      cause: error,
    });
  }
}
