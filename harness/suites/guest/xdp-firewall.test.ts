import test from 'ava';
import { programNamed } from '../../xdp/catalogue.js';
import { firewallCounters, openFirewall, type FirewallCounters } from '../../xdp/firewall.js';
import { ipPacket, type IpPacketOptions } from './support/ip-packet.js';
import { loadAlone } from './support/test-run.js';

const [good, bad] = [
  { source: '192.0.2.1', destination: '192.0.2.200' },
  { source: '198.51.100.7', destination: '192.0.2.200' },
] as const;
const [good6, bad6] = [
  { source: '2001:db8::1', destination: '2001:db8::200' },
  { source: '2001:db8:bad::7', destination: '2001:db8::200' },
] as const;
const [vlan, serviceVlan, oldServiceVlan] = [0x8100, 0x88a8, 0x9100];
const hopByHop = (next: number): Buffer => Buffer.from([next, 0, 1, 4, 0, 0, 0, 0]);
const fragmentHeader = (next: number, offset: number): Buffer =>
  Buffer.from([next, 0, offset >> 8, offset, 0, 0, 0, 9]);

const cut = (options: IpPacketOptions, bytes: number): Buffer => ipPacket(options).subarray(0, bytes);
function changed(options: IpPacketOptions, at: number, byte: number): Buffer {
  const packet = ipPacket(options);
  packet.writeUInt8(byte, at);
  return packet;
}

const arp = Buffer.concat([Buffer.from('ffffffffffff02000000000a0806', 'hex'), Buffer.alloc(28)]);

/** By what is counted for it. */
const packets: Readonly<Record<keyof FirewallCounters, Readonly<Record<string, Buffer>>>> = {
  passed: {
    IPv4: ipPacket(good),
    IPv6: ipPacket(good6),
    TCP: ipPacket({ ...good, protocol: 'tcp' }),
    'a protocol without ports': ipPacket({ ...good, protocol: 1, payload: Buffer.alloc(8) }),
    'IPv4 behind two tags': ipPacket({ ...good, tags: [serviceVlan, vlan] }),
    'IPv6 behind an extension header': ipPacket({ ...good6, firstExtension: 0, between: hopByHop(17) }),
    'padding behind a short packet': Buffer.concat([ipPacket({ ...good, payload: Buffer.alloc(0) }), Buffer.alloc(18)]),
    'IPv6 with a mapped address': ipPacket({ source: `::ffff:${good.source}`, destination: good6.destination }),
    'a neighbour of a blocked prefix': ipPacket({ ...bad, source: '198.51.101.7' }),
  },
  blocked: {
    IPv4: ipPacket(bad),
    IPv6: ipPacket(bad6),
    TCP: ipPacket({ ...bad, protocol: 'tcp' }),
    'IPv4 behind a tag': ipPacket({ ...bad, tags: [vlan] }),
    'IPv4 behind two tags': ipPacket({ ...bad, tags: [serviceVlan, vlan] }),
    'IPv4 behind two tags, of which the first is of the old type': ipPacket({ ...bad, tags: [oldServiceVlan, vlan] }),
    'IPv6 behind a tag': ipPacket({ ...bad6, tags: [vlan] }),
    'IPv4 with options': ipPacket({ ...bad, between: Buffer.alloc(40, 1) }),
    'IPv6 behind an extension header': ipPacket({ ...bad6, firstExtension: 0, between: hopByHop(17) }),
    'a first fragment': ipPacket({ ...bad, fragment: 0x2000 }),
    'a later fragment': ipPacket({ ...bad, fragment: 0x0003 }),
    'IPv6 with the mapped address': ipPacket({ source: `::ffff:${bad.source}`, destination: bad6.destination }),
    'a later fragment of IPv6': ipPacket({ ...bad6, firstExtension: 44, between: fragmentHeader(17, 8) }),
  },
  truncated: {
    'an IPv4 header that ends early': cut(good, 33),
    'no IPv4 header at all': cut(good, 14),
    'a packet shorter than IPv4 says': cut(good, 44),
    'an IPv6 header that ends early': cut(good6, 53),
    'a packet shorter than IPv6 says': cut(good6, 60),
    'a tag that ends early': cut({ ...good, tags: [vlan] }, 16),
    'options that IPv4 says are there': changed({ ...good, payload: Buffer.alloc(0) }, 14, 0x4f),
    'an IPv4 header shorter than one can be': changed(good, 14, 0x44),
    'a version of IP that is not that of the frame': changed(good, 14, 0x65),
    'an IPv4 length shorter than its header': changed({ ...good, payload: Buffer.alloc(0) }, 17, 19),
    'an extension header that is longer than the packet': ipPacket({
      ...good6,
      firstExtension: 0,
      between: Buffer.from([17, 200, 1, 4, 0, 0, 0, 0]),
    }),
    'from a blocked address': cut(bad, 33),
  },
  notIp: {
    ARP: arp,
    'a type nobody knows': changed(good, 12, 0x99),
    'a third tag': ipPacket({ ...bad, tags: [serviceVlan, vlan, vlan] }),
  },
};

for (const counter of firewallCounters) {
  const verdict = counter === 'passed' || counter === 'notIp' ? 'pass' : 'drop';

  test.serial(`the firewall counts as ${counter}, and lets none of it be changed`, (t) => {
    using program = loadAlone(programNamed('firewall'));
    const firewall = openFirewall(program.mapFd);
    for (const prefix of ['198.51.100.0/24', '2001:db8:bad::/48']) firewall.block(prefix);

    for (const [title, packet] of Object.entries(packets[counter])) {
      const before = firewall.counters();
      t.deepEqual(program.run(packet), { verdict, packet }, title);
      t.deepEqual(firewall.counters(), { ...before, [counter]: before[counter] + 1 }, title);
    }
  });
}

test.serial('the firewall counts every source by itself', (t) => {
  using program = loadAlone(programNamed('firewall'));
  const firewall = openFirewall(program.mapFd);
  firewall.block(bad.source);
  firewall.block(`${bad6.source}/128`);

  for (const packet of [good, good, bad, good6, bad6, bad6]) program.run(ipPacket(packet));

  const [bytes, bytes6] = [ipPacket(good).length, ipPacket(good6).length];
  t.deepEqual(
    firewall.sources().sort((a, b) => a.address.localeCompare(b.address)),
    [
      { address: '192.0.2.1', passed: 2, dropped: 0, bytes: 2 * bytes },
      { address: '198.51.100.7', passed: 0, dropped: 1, bytes },
      { address: '2001:db8:0:0:0:0:0:1', passed: 1, dropped: 0, bytes: bytes6 },
      { address: '2001:db8:bad:0:0:0:0:7', passed: 0, dropped: 2, bytes: 2 * bytes6 },
    ],
  );
});

test.serial('a prefix is blocked until it is unblocked, whatever longer ones are', (t) => {
  using program = loadAlone(programNamed('firewall'));
  const firewall = openFirewall(program.mapFd);
  const verdict = (): string => program.run(ipPacket(bad)).verdict;

  t.is(verdict(), 'pass');
  firewall.block('198.51.100.0/24');
  firewall.block('198.51.100.8');
  t.is(verdict(), 'drop');
  t.deepEqual(firewall.blocked().sort(), ['198.51.100.0/24', '198.51.100.8/32']);
  t.false(firewall.unblock('198.51.100.0/25'));
  t.is(verdict(), 'drop');
  t.true(firewall.unblock('198.51.100.0/24'));
  t.is(verdict(), 'pass');
  firewall.block('0.0.0.0/0');
  t.is(verdict(), 'drop');
  firewall.unblock('0.0.0.0/0');
  firewall.block('::/0');
  t.is(verdict(), 'pass', 'a prefix of IPv6 is none of IPv4');
});
