import test from 'ava';
import { libbpf } from '../../ffi/libbpf.js';
import { openInetSocket } from '../../ffi/inet-socket.js';
import { waitUntil } from '../../process/wait-until.js';
import { attachXdp } from '../../xdp/attach.js';
import { programNamed } from '../../xdp/catalogue.js';
import { openFirewall } from '../../xdp/firewall.js';
import { openXdpChain } from './support/xdp-chain.js';
import { addresses } from './support/xdp-wires.js';
import { borrowXdpWires } from './support/xdp-testbed.js';
import { u32Key } from '../../ffi/bpf-map.js';

const port = 7000;

for (const mode of ['native', 'generic'] as const) {
  for (const version of [4, 6] as const) {
    test.serial(`what the firewall drops does not reach the stack, in ${mode} mode, by IPv${version}`, async (t) => {
      const wires = await borrowXdpWires();
      using attachment = attachXdp({
        devices: [{ netns: wires.middle, ifname: 'n0' }],
        programs: [programNamed('firewall')],
        mode,
      });
      const firewall = openFirewall(attachment.mapFd);
      using server = openInetSocket({ netns: wires.middle, version, type: 'udp' });
      using client = openInetSocket({ netns: wires.client, version, type: 'udp' });
      server.bind(addresses.middle[version], port);

      firewall.block(addresses.client[version]);
      client.sendTo(Buffer.from('blocked'), addresses.middle[version], port);
      await waitUntil(() => firewall.counters().blocked > 0, { what: 'a packet to be blocked', deadlineMs: 5000 });
      firewall.unblock(addresses.client[version]);
      client.sendTo(Buffer.from('let in'), addresses.middle[version], port);
      const came = await waitUntil(server.receive, { what: 'a datagram', deadlineMs: 5000, intervalMs: 1 });

      t.is(came.bytes.toString(), 'let in');
      t.is(server.receive(), undefined);
      t.deepEqual(
        firewall.sources().map(({ passed, dropped }) => ({ passed, dropped })),
        [{ passed: 1, dropped: 1 }],
      );
    });
  }

  test.serial(`what the firewall drops is not seen by the chain behind it, in ${mode} mode`, async (t) => {
    const wires = await borrowXdpWires();
    using attachment = attachXdp({
      devices: [{ netns: wires.middle, ifname: 'n0' }],
      // Not in the order they run.
      programs: [programNamed('queue'), programNamed('firewall')],
      mode,
    });
    const firewall = openFirewall(attachment.mapFd);
    using chain = openXdpChain(wires);
    libbpf.updateBytes(attachment.mapFd('xsks'), u32Key(0), u32Key(chain.first.fd), 0);
    using server = openInetSocket({ netns: wires.server, version: 4, type: 'udp' });
    using client = openInetSocket({ netns: wires.client, version: 4, type: 'udp' });
    server.bind(addresses.server[4], port);
    const datagrams = 10;

    firewall.block('10.88.0.0/24');
    for (let sent = 0; sent < datagrams; sent++) client.sendTo(Buffer.from('blocked'), addresses.server[4], port);
    await chain.runUntil('packets to be blocked', () => firewall.counters().blocked === datagrams);
    firewall.unblock('10.88.0.0/24');
    client.sendTo(Buffer.from('let in'), addresses.server[4], port);
    let came: ReturnType<typeof server.receive>;
    await chain.runUntil('a datagram', () => (came = server.receive()) !== undefined);

    t.is(came?.bytes.toString(), 'let in');
    t.is(chain.passed(), 1);
  });
}
