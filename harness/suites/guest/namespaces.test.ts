import test from 'ava';
import { bindFlag } from '../../ffi/libc.js';
import type { XdpSocket } from '../../ffi/socket-types.js';
import { createUmem, type Umem } from '../../ffi/umem.js';
import { openSocket } from '../../ffi/xdp-socket.js';
import { readStats, setRoute } from '../../flash/registry.js';
import { auditProblem } from './support/frame-audit.js';
import { flashId, openListed } from './support/routed-pair.js';
import { fill, send } from './support/test-packets.js';
import { makeVeth, type VethPair } from './support/veth.js';

/**
 *   network namespace one        network namespace other
 *   a: device N, queue 0, 1      a: device N, queue 0, 1
 *
 * A device's number says nothing without its network namespace.
 */
test.serial(
  'sockets on devices of the same number in two network namespaces each have rings of their own for one UMEM',
  async (t) => {
    await using one = await makeVeth();
    await using other = await makeVeth();
    using umem = createUmem({ frameCount: 64 });
    using first = openSocket({ netns: one.netns, ifname: one.a, queue: 0, umem });
    using second = openSocket({ netns: other.netns, ifname: other.a, queue: 0, umem });

    fill(first, 8);
    fill(second, 16);

    t.is(first.ifindex, second.ifindex);
    t.deepEqual(
      [first, second].map(({ rings }) => rings.fill.count()),
      [8, 16],
    );
    t.is(auditProblem(umem), undefined);
  },
);

test.serial('an audit counts no stash of a device of the same number in another network namespace', async (t) => {
  await using one = await makeVeth();
  await using other = await makeVeth();
  using umem = createUmem({ frameCount: 64 });
  using otherUmem = createUmem({ frameCount: 64 });
  using source = open(one, umem, 0);
  using target = open(one, umem, 1);
  using bystander = open(other, otherUmem, 1);
  setRoute(flashId(source), [flashId(target)]);
  // Too few frames for a packet: they wait in the stash.
  fill(target, 2);
  send(source, [0], { shape: { fragments: 3, fragmentBytes: 64 } });

  source.kick();

  t.is(target.ifindex, bystander.ifindex);
  t.true((readStats(flashId(target))['stashed'] ?? 0) > 0);
  t.is(auditProblem(umem), undefined);
  t.is(auditProblem(otherUmem), undefined);
});

function open({ netns, a }: VethPair, umem: Umem, queue: number): XdpSocket {
  const bindFlags = bindFlag.copy | bindFlag.useNeedWakeup | bindFlag.useSg;
  return openListed({ netns, ifname: a, umem, queue, bindFlags });
}
