import test from 'ava';
import { createUmem } from '../../ffi/umem.js';
import { openSocket, type XdpSocket } from '../../ffi/xdp-socket.js';
import { clearRoute, listIds, setRoute } from '../../flash/registry.js';
import { borrowDevice } from './support/testbed.js';
import { tracedLines } from './support/traced.js';

/** Of upstream, which charges nothing of a socket but the file; and what is written to a file, which is not kept. */
const others = /^(xskq_create|xdp_umem|xp_create_and_assign|xp_alloc_tx_descs|xsk_bind|xsk_map|xsk_flash_store)/;

test.serial(
  'what FLASH keeps of a socket and of a route is charged to the memory cgroup of who makes it',
  async (t) => {
    await using device = await borrowDevice();
    using umem = createUmem({ frameCount: 8 });
    const sockets: XdpSocket[] = [];

    const events = await tracedLines(
      'kmalloc',
      () => {
        const before = new Set(listIds());
        for (const queue of [0, 1]) sockets.push(openSocket({ netns: device.netns, ifname: device.a, queue, umem }));
        const [source = -1, target = -1] = listIds().filter((id) => !before.has(id));
        setRoute(source, [target]);
        clearRoute(source);
      },
      'kmem',
    );
    for (const socket of sockets) socket.close();

    const allocations = events.map(({ text }) => ({
      site: /call_site=(\w+)/.exec(text)?.[1] ?? '',
      charged: text.includes('__GFP_ACCOUNT') || text.includes('GFP_KERNEL_ACCOUNT'),
    }));
    const ours = allocations.filter(({ site }) => /^(xsk|xskq|xp)_/.test(site) && !others.test(site));
    t.true(ours.length >= 3, `the sites were ${allocations.map(({ site }) => site).join()}`);
    t.deepEqual([...new Set(ours.filter(({ charged }) => !charged).map(({ site }) => site))], []);
  },
);
