import { overPort } from '../nics/control-port.js';
import { controlNics } from '../nics/control.js';
import { portsOf, waitForLinks } from '../nics/guest-ports.js';
import type { OwnModel } from '../nics/model.js';
import type { NicsOptions } from '../nics/start-nics.js';
import { run } from '../process/run.js';
import { ipBatch, runIn } from '../host/netns.js';
import type { Namespaces, Wires } from './wires.js';

/** The guest's ports in the order of their slots, and the namespace each belongs to. */
const ports = [
  { name: 'n0', netns: 'middle' },
  { name: 'n1', netns: 'middle' },
  { name: 'c0', netns: 'client' },
  { name: 's0', netns: 'server' },
] as const;

/** What the guest needs: the ports, and the wires n0-c0 and n1-s0. */
export function chainNics(model: OwnModel): NicsOptions {
  return {
    ports: ports.map(() => ({ model })),
    wires: [
      [0, { port: 2 }],
      [1, { port: 3 }],
    ],
  };
}

/** The drivers give a port one queue per processor. */
export const nicCpus = 3;

/** Descriptors. As many frames a driver has ready for packets from the wire, of about 680 that a socket has. */
const hardwareRing = 256;
/** How long a full port may stop a wire, as PAUSE frames would: an emulated processor takes its time. */
const patienceUs = 1_000_000;
const middleDevices = ['n0', 'n1'] as const;

/** Ports of emulated NICs, whose drivers serve the sockets in zero-copy mode. */
export function nicWires(nic: OwnModel): Wires {
  let netns: Namespaces = { client: '', middle: '', server: '' };
  const nics = controlNics(overPort());
  const wires = [nics.wire(0), nics.wire(1)];
  const setMiddle = (state: 'up' | 'down'): Promise<void> =>
    ipBatch(
      netns.middle,
      middleDevices.map((name) => `link set ${name} ${state}`),
    );
  const ready = async (): Promise<void> => {
    await waitForLinks(
      Object.values(netns),
      ports.map(({ name }) => name),
    );
    // Drivers forget it when they are reset.
    for (const name of middleDevices) await runIn(netns.middle, 'ethtool', ['-X', name, 'equal', '1']);
  };
  return {
    nic,
    ready,
    async lay(namespaces) {
      netns = namespaces;
      for (const [index, device] of portsOf(nic, ports.length).entries()) {
        const { name = device, netns: side = 'middle' } = ports[index] ?? {};
        await run('ip', ['link', 'set', 'dev', device, 'netns', netns[side], 'name', name]);
      }
      // With several queues a driver moves a flow to the one of the processor that serves it: out of order.
      await runIn(netns.client, 'ethtool', ['-L', 'c0', 'combined', '1']);
      await runIn(netns.server, 'ethtool', ['-L', 's0', 'combined', '1']);
      for (const name of middleDevices) {
        await runIn(netns.middle, 'ethtool', ['-G', name, 'rx', String(hardwareRing), 'tx', String(hardwareRing)]);
        // What comes is addressed to c0 and s0.
        await ipBatch(netns.middle, [`link set ${name} promisc on`]);
      }
      for (const wire of wires) await wire.patience(patienceUs);
    },
    async withoutHeldFrames(work) {
      await setMiddle('down');
      try {
        return await work();
      } finally {
        await setMiddle('up');
        await ready();
      }
    },
    counters: () => Promise.all(wires.map((wire) => wire.counters())),
  };
}
