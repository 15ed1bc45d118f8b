import { readFileSync } from 'node:fs';
import { createNetns, deleteNetns, ipBatch, readLinks, runIn } from '../../../host/netns.js';
import { run } from '../../../process/run.js';

/**
 *   wherever they are moved to     network namespace flash-switch-PID
 *
 *   [a device of each stage] == veth == p0 --+
 *   [         ...          ] == veth == p1 --+-- sw: a bridge
 *   [         ...          ] == veth == p2 --+
 *
 * Stands for a NIC with virtual functions: the switch knows the address of every device and hands a
 * frame to that one or to nobody.
 */
export interface MacSwitch extends AsyncDisposable {
  /** Of the devices, in order; they start in this network namespace. */
  readonly ifindexes: readonly number[];
  /** Frames that came from each device and went to each. */
  readonly carried: () => Promise<{ readonly from: readonly number[]; readonly to: readonly number[] }>;
}

export async function createMacSwitch(devices: number): Promise<MacSwitch> {
  const netns = `flash-switch-${process.pid}`;
  const ports = Array.from({ length: devices }, (_, index) => ({
    device: `fv${process.pid}-${index}`,
    port: `p${index}`,
    address: `02:00:00:00:00:${String(index).padStart(2, '0')}`,
  }));
  await createNetns(netns);
  try {
    await ipBatch(netns, ['link add sw type bridge mcast_snooping 0', 'link set dev sw up']);
    for (const { device, port, address } of ports) {
      await run('ip', [
        'link',
        'add',
        device,
        'address',
        address,
        'type',
        'veth',
        'peer',
        'name',
        port,
        'netns',
        netns,
      ]);
      await ipBatch(netns, [
        `link set dev ${port} master sw`,
        `link set dev ${port} type bridge_slave learning off flood off mcast_flood off bcast_flood off`,
        `link set dev ${port} up`,
      ]);
      await runIn(netns, 'bridge', ['fdb', 'add', address, 'dev', port, 'master', 'static']);
    }
    return {
      ifindexes: ports.map(({ device }) => Number(readFileSync(`/sys/class/net/${device}/ifindex`, 'utf8'))),
      async carried() {
        const links = await readLinks(netns);
        return {
          from: ports.map(({ port }) => links[port]?.rxPackets ?? 0),
          to: ports.map(({ port }) => links[port]?.txPackets ?? 0),
        };
      },
      [Symbol.asyncDispose]: () => deleteNetns(netns),
    };
  } catch (error) {
    await deleteNetns(netns);
    throw error;
  }
}
