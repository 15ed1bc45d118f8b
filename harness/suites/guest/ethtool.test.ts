import { setTimeout as delay } from 'node:timers/promises';
import { clearRoute } from '../../flash/registry.js';
import { readLinks, runIn } from '../../host/netns.js';
import { countReceived, countSent } from '../../nics/counted-frames.js';
import { waitUntil } from '../../process/wait-until.js';
import { cardOfPorts, nics, waitForLink } from './support/nic-testbed.js';
import { onBothPorts } from './support/on-both-ports.js';
import { countFrom, flashId, openPair } from './support/routed-pair.js';
import { testbed } from './support/testbed.js';
import { drainTx, exchange, send } from './support/test-packets.js';

/*
 *   a:0 [source] --route--> [target] a:1      `ethtool -S a` and `ip -s link` see nothing of that
 *        |
 *        +== wire ==> b                       and once the route is cleared, all of it
 */
const [batches, sent] = [8, 32];
const deadlineMs = 30_000;

/** Every counter of a port that has to do with what it sends. */
async function sendCounters(netns: string, ifname: string): Promise<Readonly<Record<string, number>>> {
  const statistics = await runIn(netns, 'ethtool', ['-S', ifname]);
  const ofDriver = [...statistics.matchAll(/^\s*(\S+): (\d+)$/gm)].map(([, name = '', value]) => [name, Number(value)]);
  const { txPackets, txBytes, txDropped } = (await readLinks(netns))[ifname] ?? {};
  return Object.fromEntries([
    ...ofDriver.filter(([name]) => /tx|xmit|xdp/.test(String(name))),
    ...Object.entries({ txPackets, txBytes, txDropped }),
  ]);
}

/** Drivers count how often they were called; only counts of packets and bytes tell what they sent. */
const countsCalls = /wake|kick|poll|busy|irq|cache|timeout|restart|stopped/;

function changes(before: Readonly<Record<string, number>>, after: Readonly<Record<string, number>>): string[] {
  return Object.entries(after)
    .filter(([name, value]) => value !== before[name] && !countsCalls.test(name))
    .map(([name, value]) => `${name} +${value - (before[name] ?? 0)}`);
}

/** Drivers ask their cards what they have counted every two seconds. */
const askedMs = 2500;

/** What was counted on both ends of the wire since this was called. */
async function countFromNow(netns: string): Promise<() => Promise<{ readonly a: number; readonly b: number }>> {
  const card = cardOfPorts();
  const read = async () => ({ a: await countSent(netns, 'a', card), b: await countReceived(netns, 'b', card) });
  let before = await read();
  const isAtRest = async (): Promise<boolean> => {
    const was = before;
    before = await read();
    return before.a === was.a && before.b === was.b;
  };
  await delay(askedMs);
  await waitUntil(isAtRest, { what: 'ethtool to count no more', deadlineMs, intervalMs: askedMs });
  return async () => {
    const now = await read();
    return { a: now.a - before.a, b: now.b - before.b };
  };
}

onBothPorts('the driver of a NIC counts what a port sends and receives, and nothing that is redirected', async (t) => {
  await using pair = await openPair({ sharedUmem: true });
  const { source } = pair;
  const { netns } = pair.device;
  await waitForLink();
  const counted = await countFromNow(netns);
  const before = await sendCounters(netns, 'a');

  t.is(exchange(pair, batches).length, batches * 16);
  const afterwards = await sendCounters(netns, 'a');
  t.deepEqual(changes(before, afterwards), []);
  clearRoute(flashId(source));
  const onWire = testbed.controlsWire ? (await nics().counters(0)).counters['tx_frames'] : undefined;
  send(source, countFrom(1, sent));
  await drainTx(source, deadlineMs);
  let last = await counted();
  await waitUntil(
    async () => {
      last = await counted();
      return last.a >= sent && last.b >= sent;
    },
    { what: 'ethtool to count what was sent', deadlineMs, lastState: () => last },
  );

  t.deepEqual(last, { a: sent, b: sent });
  if (onWire !== undefined) t.is(((await nics().counters(0)).counters['tx_frames'] ?? 0) - onWire, sent);
});
