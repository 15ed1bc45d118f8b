import { countEach } from '../bench/counting.js';
import { dropCases } from '../bench/drops/drop-cases.js';
import { dropCostsProgram } from '../bench/drops/drop-costs-program.js';
import { destinationAddress, otherAddresses, sourceAddress } from '../bench/xdp/addresses.js';
import { packetsSent, sendOver } from '../bench/xdp/send-over.js';
import { FlashError } from '../errors.js';
import { createNetns, deleteNetns, ipBatch } from '../host/netns.js';
import { serve } from '../machine/serve.js';

/*
 *   b ==veth==> a: what drops, or the socket that nobody has opened
 */
const netns = 'flash-drop-costs';
const queues = 'numtxqueues 2 numrxqueues 2';
const addresses = [...otherAddresses(1000), sourceAddress];

await createNetns(netns);
await ipBatch(netns, [
  `link add name a ${queues} type veth peer name b ${queues}`,
  `address add ${destinationAddress}/24 dev a`,
  ...['a', 'b'].map((ifname) => `link set dev ${ifname} up`),
]);

await serve(dropCostsProgram, async (_, tell) => {
  const { costs, add } = countEach<{ what: string }>(tell);
  await add({ what: 'nothing: nobody listens' }, send);
  for (const { what, start } of dropCases) {
    await using dropper = await start({ netns, ifname: 'a' }, addresses);
    await add({ what }, async () => {
      const before = await dropper.dropped();
      const nanoseconds = await send();
      const dropped = (await dropper.dropped()) - before;
      // Not a number is not enough, either.
      if (!(dropped >= packetsSent))
        throw new FlashError('infrastructure', `${what} has dropped ${dropped} of ${packetsSent} packets`);
      return nanoseconds;
    });
  }
  return costs;
});
await deleteNetns(netns);

function send(): Promise<number> {
  return sendOver({ netns, ifname: 'b' });
}
