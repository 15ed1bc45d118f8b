import test from 'ava';
import { libc } from '../../ffi/libc.js';
import { catalogue, programNamed } from '../../xdp/catalogue.js';
import { addBroadcast, setVerdict } from '../../xdp/delivery.js';
import { ofFlows, ofNone, truncated } from './support/packet-kinds.js';
import { loadAlone } from './support/test-run.js';

const packets = { ...ofFlows, ...ofNone };
for (const program of catalogue) {
  test.serial(`${program.name} lets every packet pass as it is until it is told what to do`, (t) => {
    using alone = loadAlone(program);

    for (const [title, packet] of Object.entries(packets)) {
      const verdict = program.name === 'firewall' && truncated.has(title) ? 'drop' : 'pass';
      t.deepEqual(alone.run(packet), { verdict, packet }, title);
    }
  });
}

for (const verdict of ['aborted', 'drop', 'pass', 'tx', 'redirect'] as const) {
  test.serial(`a verdict that is set is given: ${verdict}`, (t) => {
    using alone = loadAlone(programNamed('verdict'));
    setVerdict(alone, verdict);

    for (const [title, packet] of Object.entries(packets)) {
      const [to, from, rest] = [packet.subarray(0, 6), packet.subarray(6, 12), packet.subarray(12)];
      const sent = verdict === 'tx' ? Buffer.concat([from, to, rest]) : packet;
      t.deepEqual(alone.run(packet), { verdict, packet: sent }, title);
    }
  });
}

test.serial('broadcast lets packets pass while the only device it has is the one they came in on', (t) => {
  using alone = loadAlone(programNamed('broadcast'));
  // A program that is run on no device's behalf sees its packets come in on this one.
  const ifindex = libc.ifNameToIndex('lo') as number;

  for (let times = 0; times < 100; times++) addBroadcast(alone, ifindex);

  t.is(alone.run(ofFlows['UDP by IPv4'] as Buffer).verdict, 'pass');
});
