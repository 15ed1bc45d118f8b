import test from 'ava';
import { libc } from '../../ffi/libc.js';
import { inNetns } from '../../ffi/netns.js';
import { indexOf } from '../../ffi/xdp-program.js';
import { programNamed } from '../../xdp/catalogue.js';
import { addBroadcast, setQueueSocket, setRedirect, setRedirectIf } from '../../xdp/delivery.js';
import { openBareSockets } from './support/bare-sockets.js';
import { ofFlows, ofNone } from './support/packet-kinds.js';
import { loadAlone, type LoneProgram } from './support/test-run.js';
import { borrowXdpWires } from './support/xdp-testbed.js';

/** Programs that do not look into packets, told where to send them. A program that is run by itself is on `lo`. */
const deliverers: Readonly<Record<string, (program: LoneProgram, device: number, socketFd: number) => void>> = {
  'redirect-if': (program, device) => setRedirectIf(program, device),
  redirect: (program, device) => setRedirect(program, libc.ifNameToIndex('lo') as number, device),
  broadcast: (program, device) => addBroadcast(program, device),
  queue: (program, _, socketFd) => setQueueSocket(program, 0, socketFd),
};

const packets = { ...ofFlows, ...ofNone };

for (const [name, tell] of Object.entries(deliverers)) {
  test.serial(`${name} delivers every kind of packet as it is`, async (t) => {
    const { middle } = await borrowXdpWires();
    using program = loadAlone(programNamed(name));
    using sockets = openBareSockets(1);
    const lo = libc.ifNameToIndex('lo') as number;
    inNetns(middle, () => tell(program, indexOf('n0'), sockets.fds[0] ?? -1));
    t.not(indexOf('n0', middle), lo);

    for (const [title, packet] of Object.entries(packets))
      t.deepEqual(program.run(packet), { verdict: 'redirect', packet }, title);
  });
}

/** In bpf/packet_metadata.h. */
const [metadataBytes, hashAt, lengthAt, magicAt] = [32, 8, 20, 28];

test.serial('metadata delivers every kind of packet, with a hash before those that are IP', (t) => {
  using program = loadAlone(programNamed('metadata'));
  using sockets = openBareSockets(1);
  setQueueSocket(program, 0, sockets.fds[0] ?? -1, 'meta_xsks');
  const isHashed = (title: string): boolean => title in ofFlows || title.startsWith('neighbour discovery');

  for (const [title, packet] of Object.entries(packets)) {
    const { verdict, packet: seen } = program.run(packet);
    t.is(verdict, 'redirect', title);
    t.deepEqual(seen.subarray(metadataBytes), packet, title);
    t.is(seen.toString('latin1', magicAt, metadataBytes), 'HSLF', title);
    t.is(seen.readUInt32LE(lengthAt), packet.length, title);
    t.is(seen.readUInt32LE(hashAt) !== 0, isHashed(title), title);
  }
});
