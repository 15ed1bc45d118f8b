import test from 'ava';
import { countFrom } from './support/routed-pair.js';
import { indexOf } from '../../ffi/xdp-program.js';
import { inNetns } from '../../ffi/netns.js';
import { waitUntil } from '../../process/wait-until.js';
import { attachXdp } from '../../xdp/attach.js';
import type { Attachment } from '../../xdp/attachment.js';
import { programNamed } from '../../xdp/catalogue.js';
import { addBroadcast, setQueueSocket, setRedirect, setRedirectIf, useProcessors } from '../../xdp/delivery.js';
import { openSinkChains, sourcePort } from './support/sink-chain.js';
import { openFlows, openHidden } from './support/xdp-client.js';
import { borrowXdpWires } from './support/xdp-testbed.js';
import type { XdpWires } from './support/xdp-wires.js';

const modes = ['native', 'generic'] as const;
type Mode = (typeof modes)[number];

const attachAt = ({ middle: netns }: XdpWires, program: string, mode: Mode): Attachment =>
  attachXdp({ devices: [{ netns, ifname: 'n0' }], programs: [programNamed(program)], mode });

/** How each program is told to send what comes from the client to the server. */
const ways: Readonly<Record<string, (attachment: Attachment, index: (ifname: string) => number) => void>> = {
  'redirect-if': (attachment, index) => setRedirectIf(attachment, index('n1')),
  redirect: (attachment, index) => setRedirect(attachment, index('n0'), index('n1')),
  broadcast: (attachment, index) => {
    for (const ifname of ['n0', 'n1']) addBroadcast(attachment, index(ifname));
  },
};

function tell(program: string, { middle }: XdpWires, attachment: Attachment): void {
  // A devmap looks an index up in the namespace of who writes it.
  inNetns(middle, () => ways[program]?.(attachment, (ifname) => indexOf(ifname)));
}

const within = { deadlineMs: 5000, intervalMs: 1 };

for (const mode of modes) {
  for (const program of Object.keys(ways)) {
    test.serial(`${program} takes packets where the stack has no route, in ${mode} mode`, async (t) => {
      const wires = await borrowXdpWires();
      using attachment = attachAt(wires, program, mode);
      tell(program, wires, attachment);

      for (const version of [4, 6] as const) {
        using server = openHidden(wires, version);
        using flows = openFlows(wires, 3, version);
        flows.send('redirected');
        const ports: number[] = [];
        const came = (): boolean => {
          const next = server.receive();
          if (next !== undefined) ports.push(next.port);
          return ports.length === 3;
        };
        await waitUntil(came, { what: 'three datagrams', ...within, lastState: () => ports });

        t.deepEqual(ports, flows.ports);
        t.is(server.receive(), undefined);
      }
    });

    test.serial(`${program} leads to a chain behind another device, in ${mode} mode`, async (t) => {
      const wires = await borrowXdpWires();
      using attachment = attachAt(wires, program, mode);
      tell(program, wires, attachment);
      using entrance = attachXdp({
        devices: [{ netns: wires.server, ifname: 's0' }],
        programs: [programNamed('queue')],
        mode,
      });
      using chains = openSinkChains(wires, [{ netns: wires.server, ifname: 's0', queue: 0 }]);
      setQueueSocket(entrance, 0, chains.firsts[0]?.fd ?? -1);
      using flows = openFlows(wires, 4);

      flows.send('to a chain');
      await chains.runUntil('four packets', () => chains.out[0]?.length === 4);

      t.deepEqual(chains.out[0]?.map(sourcePort), flows.ports);
    });
  }

  test.serial(`broadcast sends a copy to every device but the one of the packet, in ${mode} mode`, async (t) => {
    const wires = await borrowXdpWires();
    using attachment = attachAt(wires, 'broadcast', mode);
    inNetns(wires.middle, () => {
      for (const ifname of ['n0', 'n1', 'n2']) addBroadcast(attachment, indexOf(ifname));
    });
    using entrances = attachXdp({
      devices: ['s0', 's2'].map((ifname) => ({ netns: wires.server, ifname })),
      programs: [programNamed('flow')],
      mode,
    });
    t.is(entrances.devices.length, 2);
    using server = openHidden(wires);
    using flows = openFlows(wires, 1);

    flows.send('copied');
    const copies: string[] = [];
    const came = (): boolean => {
      const next = server.receive();
      if (next !== undefined) copies.push(next.bytes.toString());
      return copies.length === 2;
    };
    await waitUntil(came, { what: 'two copies', ...within, lastState: () => copies });

    t.deepEqual(copies, ['copied', 'copied']);
    t.is(server.receive(), undefined);
  });

  test.serial(`cpumap feeds a chain a processor and keeps each flow on one, in ${mode} mode`, async (t) => {
    const wires = await borrowXdpWires();
    using attachment = attachAt(wires, 'cpumap', mode);
    inNetns(wires.middle, () =>
      useProcessors(attachment, [
        { cpu: 0, ifindex: indexOf('n1') },
        { cpu: 1, ifindex: indexOf('n2') },
      ]),
    );
    const ends = ['s0', 's2'].map((ifname) => ({ netns: wires.server, ifname }));
    // A packet that a cpumap has moved in generic mode is given to no program in generic mode any more.
    const entrance = { programs: [programNamed('queue')], mode: 'native' } as const;
    using first = attachXdp({ devices: ends.slice(0, 1), ...entrance });
    using second = attachXdp({ devices: ends.slice(1), ...entrance });
    using chains = openSinkChains(
      wires,
      ends.map((end) => ({ ...end, queue: 0 })),
    );
    for (const [at, attached] of [first, second].entries()) setQueueSocket(attached, 0, chains.firsts[at]?.fd ?? -1);
    const [flowCount, rounds] = [12, 3];
    using flows = openFlows(wires, flowCount);

    const total = (): number => chains.out.flat().length;
    for (const packet of countFrom(0, flowCount * rounds)) {
      flows.send('spread', [packet % flowCount]);
      // The kernel shows the program on the other processor only the first of what comes at once in generic mode.
      if (mode === 'generic') await chains.runUntil('the packet', () => total() > packet);
    }
    await chains.runUntil('every packet', () => total() === flowCount * rounds);

    const ports = chains.out.map((frames) => new Set(frames.map(sourcePort)));
    t.true(ports.every(({ size }) => size > 0));
    t.deepEqual([...(ports[0] ?? []), ...(ports[1] ?? [])].sort(), [...flows.ports].sort());
  });
}
