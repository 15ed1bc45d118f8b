import { attachXskRedirect } from '../../ffi/xsk-redirect.js';
import { openListed } from './support/routed-pair.js';
import { changeQueues, programOfA } from './support/nic-testbed.js';
import { onBothPorts, preparePorts } from './support/on-both-ports.js';
import { reach } from './support/reach.js';
import { borrowDevice, createTestUmem, testbed } from './support/testbed.js';
import { fragmentBytes, reclaim } from './support/test-packets.js';

/*
 * A device writes as many bytes to a buffer as its queue is told that a buffer has. What a frame has beyond a chunk
 * belongs in the next buffer, or nowhere: behind a chunk there may be the memory of somebody else.
 */
const chunkBytes = 2048;
const longBytes = 3000;
const longFrames = 8;
const ours = 256;

/** What makes the rings of a device anew. */
const rings: readonly { readonly title: string; readonly renew: () => Promise<unknown> }[] = [
  { title: 'on rings that were there before', renew: async () => undefined },
  { title: 'on new rings', renew: () => changeQueues(testbed.queues) },
];

for (const { title, renew } of rings)
  onBothPorts(`a frame from the wire that is longer than a chunk writes nothing behind it, ${title}`, async (t) => {
    const { netns } = await borrowDevice();
    using atB = attachXskRedirect({ netns, ifname: 'b' });
    using outsideUmem = createTestUmem({ frameCount: ours, frameSize: 2 * chunkBytes });
    using outside = openListed({ netns, ifname: 'b', queue: 0, umem: outsideUmem, busyPoll: false });
    atB.setSocket(0, outside.fd);
    using umem = createTestUmem({ frameCount: 2 * ours + testbed.driverFrames, frameSize: chunkBytes });
    // Every other chunk is never given to the kernel.
    const chunks = umem.take(umem.freeFrames.length);
    const kept = chunks.filter((_, index) => index % 2 === 1);
    umem.give(chunks.filter((_, index) => index % 2 === 0));
    for (const addr of kept) umem.write(addr, mark);
    using inside = openListed({ netns, ifname: 'a', queue: 0, umem, busyPoll: false });
    await renew();
    programOfA().setSocket(0, inside.fd);
    await preparePorts(netns, 1);
    await reach(outside, [inside]);

    outside.rings.tx.produce(
      outsideUmem.take(longFrames).map((addr, number) => {
        outsideUmem.write(addr, fragmentBytes(number, 0, longBytes));
        return { addr, len: longBytes };
      }),
    );
    outside.kick();
    await reach(outside, [inside]);
    programOfA().clearSocket(0);
    reclaim(outside);

    t.deepEqual(
      kept.filter((addr) => !mark.equals(umem.read(addr, chunkBytes))),
      [],
    );
  });

const mark = Buffer.alloc(chunkBytes, 0xa5);
