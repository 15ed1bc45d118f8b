import test from 'ava';
import type { XdpSocket } from '../../ffi/socket-types.js';
import { attachXskRedirect } from '../../ffi/xsk-redirect.js';
import { flashDir } from '../../flash/registry.js';
import { startPump } from '../../native/pump.js';
import { start } from '../../process/run.js';
import { turns } from '../slow.js';
import { auditProblems } from './support/frame-audit.js';
import { countFrom, flashId, openListed } from './support/routed-pair.js';
import { createTestUmem } from './support/testbed.js';
import { during, pull } from './support/traffic-ends.js';
import { makeVeth } from './support/veth.js';

/*
 *   b:0 [a program] ==wire==> a:0 [T, and U on its rings] <-- a:1 [S]
 *
 * Packets keep coming from the wire while T becomes a target and is one no more.
 */
const mostTargets = 64;

const routes: readonly {
  readonly title: string;
  readonly targetAt: (index: number, sockets: readonly XdpSocket[]) => XdpSocket | undefined;
}[] = [
  { title: 'a route that names its target many times', targetAt: (_, [target]) => target },
  { title: 'a route to two sockets on one fill ring', targetAt: (index, sockets) => sockets[index % 2] },
];

for (const { title, targetAt } of routes) {
  test.serial(`${title} is set and cleared while packets come from the wire, and every frame stays`, async (t) => {
    await using veth = await makeVeth();
    using program = attachXskRedirect({ netns: veth.netns, ifname: veth.a });
    using umem = createTestUmem({ frameCount: 256 });
    using sourceUmem = createTestUmem({ frameCount: 8 });
    using target = openListed({ netns: veth.netns, ifname: veth.a, queue: 0, umem });
    using beside = openListed({ netns: veth.netns, ifname: veth.a, queue: 0, umem });
    using source = openListed({ netns: veth.netns, ifname: veth.a, queue: 1, umem: sourceUmem });
    program.setSocket(0, target.fd);
    pull(target);
    await using sender = await startPump({ netns: veth.netns, ifname: veth.b, mode: 'source', queue: 0, wire: true });
    sender.go();
    let received = 0;
    const work = (): void => void (received += pull(target));
    await during(work, () => received > 500, 'packets from the wire');

    const ids = countFrom(0, mostTargets).map((index) => flashId(targetAt(index, [target, beside]) as XdpSocket));
    const loop = `for i in $(seq ${turns(40)}); do echo ${ids.join(' ')} > next; echo -1 > next; done`;
    const changing = start('sh', ['-c', loop], { cwd: `${flashDir}/${flashId(source)}` });
    let changed = false;
    void changing.then(() => (changed = true));
    await during(work, () => changed, 'the route to be set and cleared');
    const at = received;
    await during(work, () => received > at + 500, 'more packets from the wire');
    sender.kill('SIGKILL');
    await sender.end;
    let before = -1;
    await during(work, () => before === (before = received), 'the last packets to arrive');

    t.is((await changing).exitCode, 0);
    t.true(target.rings.fill.count() <= target.rings.fill.size);
    t.deepEqual(auditProblems([umem]), []);
  });
}
