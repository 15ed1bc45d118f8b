import { closeSync, openSync, statSync } from 'node:fs';
import { attempt } from '../../process/run.js';

export const kvmDevice = '/dev/kvm';

/** Why KVM cannot be had, and what to do about it. */
export interface DeviceProblem {
  readonly problem: string;
  readonly advice: string;
}

/** Tries the device as QEMU will; never kept, since permissions change at any time. */
export async function findDeviceProblem(device = kvmDevice): Promise<DeviceProblem | undefined> {
  try {
    closeSync(openSync(device, 'r+'));
    return undefined;
  } catch (error) {
    const { code = 'an unknown error' } = error as NodeJS.ErrnoException;
    if (code === 'EACCES') return refused(device);
    const problem = code === 'ENOENT' ? `there is no ${device}` : `${device} cannot be opened (${code})`;
    const advice = 'load kvm_intel or kvm_amd (the firmware has to allow it); a container has to be given the device';
    return { problem, advice };
  }
}

async function refused(device: string): Promise<DeviceProblem> {
  const { stdout } = await attempt('stat', ['-L', '-c', '%a %U %G', device]);
  const [mode = '?', owner = '?', group = '?'] = stdout.trim().split(' ');
  const forGroup = group !== 'root' && (Number.parseInt(mode, 8) & 0o060) === 0o060;
  return {
    problem: `${device} may not be opened by this user (mode ${mode}, owner ${owner}, group ${group})`,
    advice: forGroup
      ? `add yourself to group ${group}: \`sudo usermod -aG ${group} $(id -un)\`, then log in again`
      : `give it to a group you are in: \`sudo chgrp kvm ${device} && sudo chmod 660 ${device}\``,
  };
}

/** What of the device and of the caller decides whether it may be opened. */
export function describeAccess(device: string): unknown {
  const { mode, uid, gid, rdev } = statSync(device);
  const groups = process.getgroups?.().sort((one, other) => one - other);
  return { device: { mode, uid, gid, rdev }, caller: { uid: process.geteuid?.(), gid: process.getegid?.(), groups } };
}
