import test from 'ava';
import { programOfId, queryXdp } from '../../ffi/bpf-link.js';
import { closing, type Closing } from '../../ffi/closing.js';
import { openInetSocket } from '../../ffi/inet-socket.js';
import { inNetns } from '../../ffi/netns.js';
import { dispatcherName } from '../../ffi/xdp-dispatcher.js';
import { indexOf } from '../../ffi/xdp-program.js';
import { addressText } from '../../host/ip-address.js';
import { attachXdp } from '../../xdp/attach.js';
import type { Attachment } from '../../xdp/attachment.js';
import { programNamed } from '../../xdp/catalogue.js';
import { setFlowSockets, setQueueSocket } from '../../xdp/delivery.js';
import { openDnat } from '../../xdp/dnat.js';
import { openFirewall } from '../../xdp/firewall.js';
import { openSinkChains } from './support/sink-chain.js';
import { borrowXdpWires } from './support/xdp-testbed.js';
import { addresses } from './support/xdp-wires.js';

/*
 *   c0 ==> n0: dispatcher [ firewall, dnat, queue or flow ] --> [first] --> [last]
 *
 * Each program is attached by itself, as by a command of its own.
 */
const service = { address: '192.0.2.80', port: 80 };
const backend = { address: addresses.server[4], port: 8080 };

const deliveries: Readonly<Record<string, (attachment: Attachment, fd: number) => void>> = {
  queue: (attachment, fd) => setQueueSocket(attachment, 0, fd),
  flow: (attachment, fd) => setFlowSockets(attachment, 0, [fd]),
};

async function layOut(opened: Closing, mode: 'native' | 'generic', delivery: string) {
  const wires = await borrowXdpWires();
  const netns = wires.middle;
  const attach = (name: string): Attachment =>
    opened.use(attachXdp({ devices: [{ netns, ifname: 'n0' }], programs: [programNamed(name)], mode }));
  const chains = opened.use(openSinkChains(wires, [{ netns, ifname: 'n0', queue: 0 }]));
  const client = opened.use(openInetSocket({ netns: wires.client, version: 4, type: 'udp' }));
  // The last to run is the first to come.
  const deliver = attach(delivery);
  deliveries[delivery]?.(deliver, chains.firsts[0]?.fd ?? -1);
  const translate = attach('dnat');
  const dnat = openDnat(translate.mapFd);
  dnat.add({ protocol: 'udp', service, backend });
  const out = (): Buffer[] => [...(chains.out[0] ?? [])];
  return {
    ...{ chains, translate, dnat },
    addFirewall() {
      const attachment = attach('firewall');
      return { ...openFirewall(attachment.mapFd), [Symbol.dispose]: () => attachment[Symbol.dispose]() };
    },
    /** Sends datagrams to the service. */
    send: (...texts: readonly string[]) =>
      texts.forEach((text) => client.sendTo(Buffer.from(text), service.address, service.port)),
    /** What has come out of the chain by the time that the last of it has. */
    async outUntil(last: string): Promise<string[]> {
      await chains.runUntil(`"${last}" to pass the chain`, () => out().some((frame) => textOf(frame) === last));
      return out().map((frame) => `${textOf(frame)} for ${placeOf(frame)}`);
    },
    /** The program that the device itself runs. */
    onDevice: () => inNetns(netns, () => programOfId(queryXdp(indexOf('n0'))?.programId ?? 0)),
  };
}

const textOf = (frame: Buffer): string => frame.toString('latin1', 42);
const placeOf = (frame: Buffer): string => `${addressText(frame.subarray(30, 34))}:${frame.readUInt16BE(36)}`;
const atService = `${service.address}:${service.port}`;
const atBackend = `${backend.address}:${backend.port}`;

/** What DNAT counts where nothing is translated. */
const none = { requests: 0, replies: 0, fragments: 0, unmatched: 0, untracked: 0, errors: 0 };

for (const mode of ['native', 'generic'] as const) {
  for (const delivery of Object.keys(deliveries)) {
    test.serial(
      `below a dispatcher come the firewall, then dnat, then ${delivery}, whichever is attached first, in ${mode} mode`,
      async (t) => {
        using opened = closing();
        const { chains, dnat, addFirewall, send, outUntil, onDevice } = await layOut(opened, mode, delivery);
        const firewall = addFirewall();
        t.is(onDevice()?.name, dispatcherName);

        firewall.block(addresses.client[4]);
        send('blocked', 'blocked', 'blocked');
        await chains.runUntil('three packets to be blocked', () => firewall.counters().blocked === 3);
        t.deepEqual(dnat.counters(), none);
        firewall.unblock(addresses.client[4]);
        send('let in');

        t.deepEqual(await outUntil('let in'), [`let in for ${atBackend}`]);
        t.deepEqual(dnat.counters(), { ...none, requests: 1 });
      },
    );
  }

  test.serial(`a program leaves its place in a dispatcher, and the others go on, in ${mode} mode`, async (t) => {
    using opened = closing();
    const { translate, dnat, addFirewall, send, outUntil, onDevice } = await layOut(opened, mode, 'queue');
    const firewall = addFirewall();
    const before = onDevice();
    send('all three');
    await outUntil('all three');

    firewall.block(addresses.client[4]);
    firewall[Symbol.dispose]();
    send('no firewall');
    await outUntil('no firewall');
    t.is(dnat.counters().requests, 2);
    translate[Symbol.dispose]();
    send('no dnat');

    t.deepEqual(await outUntil('no dnat'), [
      `all three for ${atBackend}`,
      `no firewall for ${atBackend}`,
      `no dnat for ${atService}`,
    ]);
    t.deepEqual(onDevice(), before);
    opened[Symbol.dispose]();
    t.is(onDevice(), undefined);
  });

  test.serial(`a program that replaces another in a dispatcher is in its place, in ${mode} mode`, async (t) => {
    using opened = closing();
    const { chains, dnat, addFirewall, send, outUntil, onDevice } = await layOut(opened, mode, 'queue');
    const first = addFirewall();
    const before = onDevice();
    send('by the first');
    await outUntil('by the first');

    first[Symbol.dispose]();
    const second = addFirewall();
    second.block(addresses.client[4]);
    send('blocked');
    await chains.runUntil('a packet to be blocked', () => second.counters().blocked === 1);
    t.is(dnat.counters().requests, 1);
    second.unblock(addresses.client[4]);
    send('by the second');

    t.deepEqual(await outUntil('by the second'), [`by the first for ${atBackend}`, `by the second for ${atBackend}`]);
    t.deepEqual(onDevice(), before);
    t.is(second.counters().passed, 1);
  });
}
