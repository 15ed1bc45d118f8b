import test from 'ava';
import { libc } from '../../ffi/libc.js';
import { catalogue, programNamed } from '../../xdp/catalogue.js';
import { addBroadcast, setVerdict } from '../../xdp/delivery.js';
import { ipPacket } from './support/ip-packet.js';
import { loadAlone } from './support/test-run.js';

const packets = {
  IPv4: ipPacket({ source: '192.0.2.1', destination: '192.0.2.80' }),
  IPv6: ipPacket({ source: '2001:db8::1', destination: '2001:db8::80', protocol: 'tcp' }),
  ARP: Buffer.concat([Buffer.from('ffffffffffff02000000000a0806', 'hex'), Buffer.alloc(28)]),
};

for (const program of catalogue) {
  test.serial(`${program.name} lets every packet pass as it is until it is told what to do`, (t) => {
    using alone = loadAlone(program);

    for (const [title, packet] of Object.entries(packets))
      t.deepEqual(alone.run(packet), { verdict: 'pass', packet }, title);
  });
}

for (const verdict of ['aborted', 'drop', 'pass', 'tx', 'redirect'] as const) {
  test.serial(`a verdict that is set is given: ${verdict}`, (t) => {
    using alone = loadAlone(programNamed('verdict'));
    setVerdict(alone, verdict);

    for (const [title, packet] of Object.entries(packets)) t.is(alone.run(packet).verdict, verdict, title);
  });
}

test.serial('broadcast lets packets pass while the only device it has is the one they came in on', (t) => {
  using alone = loadAlone(programNamed('broadcast'));
  // A program that is run on no device's behalf sees its packets come in on this one.
  const ifindex = libc.ifNameToIndex('lo') as number;

  for (let times = 0; times < 100; times++) addBroadcast(alone, ifindex);

  t.is(alone.run(packets.IPv4).verdict, 'pass');
});
