import test from 'ava';
import { indexOf } from '../../ffi/xdp-program.js';
import { ipBatch } from '../../host/netns.js';
import { waitUntil } from '../../process/wait-until.js';
import { attachXdp } from '../../xdp/attach.js';
import { attachMetadataHw } from '../../xdp/attach-metadata-hw.js';
import { programNamed } from '../../xdp/catalogue.js';
import { setQueueSocket, setRedirectIf } from '../../xdp/delivery.js';
import { openSinkChains, sourcePort, type Place } from './support/sink-chain.js';
import { readMetadata } from './support/packet-metadata.js';
import { makeVeth } from './support/veth.js';
import { openFlows } from './support/xdp-client.js';
import { borrowXdpWires } from './support/xdp-testbed.js';
import type { XdpWires } from './support/xdp-wires.js';

/** Sends a datagram of each flow twice. Returns what was before each of them where they enter a chain. */
async function metadataAt(wires: XdpWires, place: Place, flowCount: number) {
  using attachment = attachMetadataHw(place);
  using chains = openSinkChains(wires, [place]);
  const first = chains.firsts[0];
  if (first === undefined) throw new Error('no chain');
  setQueueSocket(attachment, 0, first.fd, 'hw_xsks');
  using flows = openFlows(wires, flowCount);
  const startNs = process.hrtime.bigint();
  flows.send('once');
  flows.send('twice');
  const { rx } = first.rings;
  const count = 2 * flowCount;
  await waitUntil(() => rx.count() === count, {
    ...{ what: `${count} packets`, deadlineMs: 5000, intervalMs: 1, lastState: () => rx.count() },
  });
  const found = rx.peek().map(({ addr, len }) => ({
    port: sourcePort(Buffer.from(first.umem.read(addr, len))),
    length: len,
    ...readMetadata(first.umem, addr),
  }));
  await chains.runUntil('every packet', () => chains.out[0]?.length === count);
  return { found, ports: flows.ports, startNs, endNs: process.hrtime.bigint() };
}

type Found = Awaited<ReturnType<typeof metadataAt>>;

/** A hash for each flow, which both of its packets have. */
function hashesOf({ found, ports }: Pick<Found, 'found' | 'ports'>): number[][] {
  return ports.map((port) => [...new Set(found.filter((each) => each.port === port).map(({ hash }) => hash))]);
}

const hwHash = 1;
const isWithin = ({ startNs, endNs }: Found, timeNs: bigint): boolean => timeNs >= startNs && timeNs <= endNs;

test.serial('a socket finds the hash of the device before each packet, and a time though it stamps none', async (t) => {
  const wires = await borrowXdpWires();
  const place = { netns: wires.middle, ifname: 'n0', queue: 0 };

  const seen = await metadataAt(wires, place, 4);

  const { ports, found } = seen;
  t.deepEqual(
    found.map(({ port }) => port),
    [...ports, ...ports],
  );
  for (const { timeNs, hash, port: _, length, ...rest } of found) {
    t.deepEqual(rest, { magic: 'HSLF', ifindex: indexOf('n0', wires.middle), queue: 0, bytes: length, flags: hwHash });
    t.not(hash, 0);
    t.true(isWithin(seen, timeNs));
  }
  const hashes = hashesOf(seen);
  t.true(hashes.every(({ length }) => length === 1));
  t.is(new Set(hashes.flat()).size, ports.length);
});

/*   c0 ==> n0: redirect-if ==> n1 ==> s0, whose driver knows no hash of what XDP has sent   */
test.serial('a socket finds the hash of the flow where the device has none', async (t) => {
  const wires = await borrowXdpWires();
  using redirect = attachXdp({
    devices: [{ netns: wires.middle, ifname: 'n0' }],
    programs: [programNamed('redirect-if')],
    mode: 'native',
  });
  setRedirectIf(redirect, indexOf('n1', wires.middle));

  const seen = await metadataAt(wires, { netns: wires.server, ifname: 's0', queue: 0 }, 2);

  for (const { timeNs, hash, flags } of seen.found) {
    t.is(flags, 0);
    t.not(hash, 0);
    t.true(isWithin(seen, timeNs));
  }
  t.deepEqual(
    hashesOf(seen).map(({ length }) => length),
    [1, 1],
  );
});

test.serial('a driver that cannot be asked takes the program all the same', async (t) => {
  await using veth = await makeVeth(1);
  const { netns } = veth;
  await ipBatch(netns, ['tuntap add dev tap mode tap']);

  t.notThrows(() => attachMetadataHw({ netns, ifname: 'tap' })[Symbol.dispose]());
});

test.serial('a device without a native mode is refused the program that asks its driver', async (t) => {
  await using veth = await makeVeth(1);

  const error = t.throws(() => attachMetadataHw({ netns: veth.netns, ifname: 'lo' }));

  t.regex(error?.message ?? '', /^lo does not take xdp_metadata_hw: .*EOPNOTSUPP/);
});
