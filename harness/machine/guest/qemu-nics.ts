import { chmodSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { nicCards, type QemuCard, type QemuModel } from '../../nics/model.js';
import { quote } from './run-directory.js';
import type { MachineOptions } from './virtme.js';

/**
 * A machine with two ports of a card that QEMU plays itself, each in a slot of its own, with a wire between them: a hub
 * within QEMU, or, for a card whose queues are those of what it sends to, two tap devices and a bridge.
 */
export function attachQemuPair<Machine extends MachineOptions>(machine: Machine, model: QemuModel): Machine {
  const { device, tapQueues }: QemuCard = nicCards[model].qemu;
  const ends = taps.map((tap) =>
    tapQueues === undefined ? 'hubport,hubid=0' : `tap,ifname=${tap},queues=${tapQueues},script=no,downscript=no`,
  );
  const extraQemuArgs = [
    ...ends.map(
      (end, index) =>
        `-device pcie-root-port,id=nic-slot${index},chassis=${index + 1} -netdev ${end},id=nic-wire${index} -device ${device},bus=nic-slot${index},netdev=nic-wire${index}`,
    ),
    ...(machine.extraQemuArgs ?? []),
  ];
  return {
    ...machine,
    extraQemuArgs,
    ...(tapQueues !== undefined && { qemu: writeQemuWithTaps(machine.sharedDir, machine.qemu) }),
  };
}

const taps = ['flash0', 'flash1'] as const;

/** Writes a program that runs QEMU in a network namespace with the tap devices, which needs no privilege; returns its path. */
function writeQemuWithTaps(directory: string, qemu = 'qemu-system-x86_64'): string {
  const path = join(directory, 'qemu-with-taps');
  writeFileSync(path, `#!/bin/sh\n${enterNamespace} sh -ec ${quote(setUpTaps)} ${quote(qemu)} "$@"\n`);
  chmodSync(path, 0o755);
  return path;
}

const enterNamespace = 'if [ "$(id -u)" = 0 ]; then user=; else user=--map-root-user; fi; exec unshare --net $user';

/** A bridge that learns nothing is a wire: what comes in at one end goes out at the other. */
const setUpTaps = [
  'ip link add wire mtu 9000 type bridge stp_state 0 mcast_snooping 0',
  ...taps.flatMap((tap) => [
    `ip tuntap add dev ${tap} mode tap multi_queue vnet_hdr`,
    `ip link set ${tap} mtu 9000 master wire`,
    `bridge link set dev ${tap} learning off`,
    `ip link set ${tap} up`,
  ]),
  'ip link set wire up',
  'exec "$0" "$@"',
].join('\n');
