import { readDevices } from '../devices.js';
import type { DeviceFacts } from '../facts.js';
import { listNetns } from '../namespaces.js';
import type { TraceEvent } from './events.js';

/** The devices that an event of XDP may be of; none if no device is known that has its index. */
export type FindDevices = (event: TraceEvent) => Promise<readonly DeviceFacts[]>;

export const isXdpEvent = ({ name }: TraceEvent): boolean => name.startsWith('xdp_');

/**
 * Events of XDP have the index of a device, which repeats in each network namespace, and the id of a program, which does
 * not. They happen in whatever process is interrupted. So a device is told from others of its index by its program,
 * unless they have the same one, or the program is that of a map.
 */
export function createDeviceFinder(readAll: () => Promise<readonly DeviceFacts[]> = readAllDevices): FindDevices {
  let devices: readonly DeviceFacts[] = [];
  const sought = new Set<number>();
  return async ({ fields }) => {
    const program = Number(fields['prog_id']);
    // One that was never seen may have been attached since.
    if (!sought.has(program)) devices = await readAll();
    sought.add(program);
    const alike = devices.filter(({ ifindex }) => ifindex === Number(fields['ifindex']));
    const having = alike.filter(({ xdp }) => xdp.some(({ id }) => id === program));
    return having.length > 0 ? having : alike;
  };
}

/** Of all network namespaces that this user may enter. */
async function readAllDevices(): Promise<readonly DeviceFacts[]> {
  return (await Promise.all(listNetns().map(readDevices))).flat();
}
