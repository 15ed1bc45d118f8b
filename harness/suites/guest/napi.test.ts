import { setTimeout as delay } from 'node:timers/promises';
import test, { type ExecutionContext } from 'ava';
import { max, min } from 'd3-array';
import { message } from '../../ffi/libc.js';
import type { XdpSocket } from '../../ffi/socket-types.js';
import { setRoute } from '../../flash/registry.js';
import { waitUntil } from '../../process/wait-until.js';
import type { Device } from './support/device.js';
import { onBusyPoll } from './support/on-busy-poll.js';
import { eventually, idleMs } from './support/ring-state.js';
import { countFrom, flashId, openListed, openPair, openSleepingPair, type RoutedPair } from './support/routed-pair.js';
import { fill, receive, reclaim, send } from './support/test-packets.js';
import { borrowDevice, createTestUmem, startPumpOn, testbed } from './support/testbed.js';
import { isInSoftirq, movedIn, ofThisThread, tracedLines, type TracedEvent } from './support/traced.js';
import { during, redirected } from './support/traffic-ends.js';

/*
 * Where redirects run on a NIC, and how many: a driver that redirects does so in its NAPI poll, and
 * no poll moves more than a few hundred packets.
 */
const { driverRedirects } = testbed;

test.serial('redirects run where the driver says: in its NAPI poll by interrupt, or in sendto()', async (t) => {
  const device = await borrowDevice();
  await using source = await startPumpOn(device, { mode: 'source', queue: 0 });
  await using target = await startPumpOn(device, { mode: 'target', queue: 1 });
  const [from = -1] = source.ids();
  const [to = -1] = target.ids();
  setRoute(from, [to]);

  for (const pump of [source, target]) pump.go();
  const inSoftirq: TracedEvent[] = [];
  const events: TracedEvent[] = [];
  // What waits is also served by calls of both ends and by the timer, whoever is first; one event may move hundreds.
  const seenEnough = (): boolean => events.length > 10 && (!driverRedirects || inSoftirq.length > 0);
  for (let rounds = 1; !seenEnough() && rounds <= 5; rounds++) {
    const enough = redirected(from) + 2000;
    const more = await tracedLines('flash_redirect', () =>
      during(
        () => undefined,
        () => redirected(from) > enough,
        'packets to be redirected',
      ),
    );
    events.push(...more);
    inSoftirq.push(...more.filter(isInSoftirq));
  }

  t.true(events.length > 10, `${events.length} events`);
  if (driverRedirects) t.true(inSoftirq.length > 0, `${inSoftirq.length} of ${events.length} in softirq`);
  else t.is(inSoftirq.length, 0);
});

test.serial(
  'a kick leaves what it is for to a driver that redirects, and redirects it itself if none does',
  async (t) => {
    // Nobody waits yet whom the call would serve.
    await using pair = await openSleepingPair({ sharedUmem: true });
    const { source, target } = pair;
    // An interrupt just between the two finds packets that wait at the pool then, and the call serves who waits there.
    const inCalls: number[] = [];
    while (inCalls.length < 5 && (min(inCalls) ?? 16) > 0) {
      fill(target, 16);
      await delay(idleMs);
      send(source, countFrom(0, 16));

      const events = await tracedLines('flash_redirect', async () => {
        source.kick();
        await eventually('all of them to arrive', () => target.rings.rx.count() === 16, { ends: [source, target] });
      });

      t.is(movedIn(events), 16);
      t.deepEqual(receive(target), countFrom(0, 16));
      reclaim(source);
      inCalls.push(movedIn(ofThisThread(events)));
    }

    if (driverRedirects) t.is(min(inCalls), 0, `moved in the call: ${inCalls.join(', ')}`);
    else t.deepEqual(new Set(inCalls), new Set([16]));
  },
);

test.serial('what a sender has asked for once is redirected to the end, however many polls that takes', async (t) => {
  const packets = 2048;
  await using pair = await openPair({
    sharedUmem: true,
    umem: { frameCount: 2 * packets },
    source: { txSize: packets, completionSize: packets, busyPoll: false },
    target: { rxSize: packets, fillSize: 2 * packets, busyPoll: false },
  });
  fill(pair.target, packets);
  send(pair.source, countFrom(0, packets));

  const arrived = (): number => pair.target.rings.rx.count();
  const outcome = pair.source.kick();
  await eventually('all of them to arrive', () => arrived() === packets, { ends: [pair.source, pair.target] });

  t.is(outcome, 'ok');
  t.deepEqual(receive(pair.target), countFrom(0, packets));
});

/** A pair whose target and completion ring have room for what several sources send. */
const openRoomyPair = ({ busyPoll = false } = {}): Promise<RoutedPair> =>
  openPair({
    sharedUmem: true,
    umem: { frameCount: 4096 },
    source: { txSize: 256, completionSize: 2048, busyPoll },
    target: { rxSize: 2048, fillSize: 2048, busyPoll: false },
  });

/** More sockets on the queue of one, which is to close last. */
function openBeside(
  { queue, umem }: XdpSocket,
  { netns, a }: Device,
  count: number,
): Disposable & { readonly sockets: readonly XdpSocket[] } {
  const sockets = countFrom(0, count).map(() =>
    openListed({ netns, ifname: a, queue, umem, txSize: 256, busyPoll: false }),
  );
  return {
    sockets,
    [Symbol.dispose]() {
      for (const socket of sockets) socket.close();
    },
  };
}

for (const { kicked, sockets } of [
  { kicked: 'one kick for each', sockets: (all: readonly XdpSocket[]) => all },
  { kicked: 'one kick for all, by the first', sockets: (all: readonly XdpSocket[]) => all.slice(0, 1) },
  { kicked: 'one kick for all, by the last', sockets: (all: readonly XdpSocket[]) => all.slice(-1) },
]) {
  if (kicked !== 'one kick for each' && !driverRedirects) continue;

  test.serial(
    `all sockets of a queue are done after ${kicked}, when together they have more than one poll moves`,
    async (t) => {
      const [most, last] = [192, 10];
      await using pair = await openRoomyPair();
      const { source, target, device } = pair;
      using others = openBeside(source, device, 4);
      const sources = [source, ...others.sockets];
      for (const each of sources) setRoute(flashId(each), [flashId(target)]);
      const total = (sources.length - 1) * most + last;
      fill(target, total);
      for (const [index, each] of sources.entries())
        send(each, countFrom(index * most, index + 1 < sources.length ? most : last));

      for (const each of sockets(sources)) each.kick();

      await eventually('all TX rings to be empty', () => sources.every(({ rings }) => rings.tx.count() === 0), {
        ends: [target, ...sources],
      });
      t.deepEqual(
        receive(target).sort((a, b) => a - b),
        countFrom(0, total),
      );
    },
  );
}

if (driverRedirects) {
  const batch = 64;

  /** Has one poll redirect for seven sockets, and returns how many packets one was ahead of another by at most. */
  async function longestLead(t: ExecutionContext): Promise<number> {
    const packets = 3 * batch;
    await using pair = await openRoomyPair({ busyPoll: true });
    const { source, target, device } = pair;
    using others = openBeside(source, device, 6);
    const sources = [source, ...others.sockets];
    for (const each of others.sockets) setRoute(flashId(each), [flashId(target)]);
    fill(target, sources.length * packets);
    for (const [index, each] of sources.entries()) send(each, countFrom(index * packets, packets));

    const events = await tracedLines('flash_redirect', async () => {
      source.kick();
      await waitUntil(() => target.rings.rx.count() === sources.length * packets, {
        what: 'all of them to arrive',
        deadlineMs: 4000,
      });
    });

    const moved = new Map(sources.map((each) => [flashId(each), 0]));
    const leads = events.map(({ text }) => {
      const [, id = '', count = ''] = /source=(\d+) .*moved=(\d+)/.exec(text) ?? [];
      moved.set(Number(id), (moved.get(Number(id)) ?? 0) + Number(count));
      return (max(moved.values()) ?? 0) - (min(moved.values()) ?? 0);
    });
    t.deepEqual(
      [...moved.values()],
      sources.map(() => packets),
    );
    t.is(receive(target).length, sources.length * packets);
    return max(leads) ?? 0;
  }

  test.serial(
    'no socket of a pool gets more than two turns ahead of another, even if one poll has fewer turns than there are sockets',
    async (t) => {
      const fair = 2 * batch; // who was first in a poll is last in the next
      // A processor that is away in the middle of a turn while another one goes round is no unfairness.
      const leads: number[] = [];
      while (leads.length < 5 && (min(leads) ?? Infinity) > fair) leads.push(await longestLead(t));

      t.true((min(leads) ?? Infinity) <= fair, `one socket was ${leads.join(', then ')} packets ahead of another`);
    },
  );

  /** Sends one packet to the device beside many that are routed, and returns how many of these were left when it went. */
  async function leftBehind(): Promise<number> {
    const packets = 8192; // so many that they take longer than who looks is away
    await using pair = await openPair({
      sharedUmem: true,
      umem: { frameCount: 2 * packets },
      source: { txSize: packets, completionSize: packets, busyPoll: false },
      target: { rxSize: packets, fillSize: packets, busyPoll: false },
    });
    const { source, target, device } = pair;
    using others = openBeside(source, device, 1);
    const [other = source] = others.sockets;
    fill(target, packets);
    send(source, countFrom(0, packets - 1));
    send(other, [packets]);

    source.kick();
    const endMs = Date.now() + 4000;
    while (other.rings.tx.count() > 0 && Date.now() < endMs);
    return source.rings.tx.count();
  }

  test.serial('what goes to the device does not wait for a poll that has nothing to redirect', async (t) => {
    // Who looks may be away while the polls go on.
    const poll = 256;
    const left: number[] = [];
    while (left.length < 20 && (max(left) ?? 0) < poll) left.push(await leftBehind());

    t.true((max(left) ?? 0) >= poll, `left to redirect when it went: ${left.join(', ')}`);
  });
}

/** Of a NAPI poll in the process that asked for it. */
const polledHere = (events: readonly TracedEvent[]): number =>
  events.filter(({ flags, text }) => text.startsWith('napi_poll') && !/^..[sHh]/.test(flags)).length;

onBusyPoll('recvfrom() of a socket on no route polls its driver busily with MSG_MORE as it does without', async (t) => {
  const device = await borrowDevice();
  using umem = createTestUmem({ frameCount: 64 });
  using socket = openListed({ netns: device.netns, ifname: device.a, queue: 3, umem });
  socket.kick();
  const polls = async (flags: number): Promise<number> =>
    polledHere(
      await tracedLines(
        'napi_poll',
        () => {
          for (let call = 0; call < 20; call++) socket.receive(flags);
        },
        'napi',
      ),
    );

  const [without, withMore] = [await polls(message.dontWait), await polls(message.dontWait | message.more)];

  // Another processor may have the NAPI instance now and then.
  t.true(without > 5, `${without} polls`);
  t.true(withMore > 5, `${withMore} polls with MSG_MORE, ${without} without`);
});

test.serial('a pool that has nothing to redirect any more is not polled on and on', async (t) => {
  const quietMs = 100;
  await using pair = await openPair({
    sharedUmem: true,
    source: { busyPoll: false },
    target: { busyPoll: false },
  });
  const { source, target, device } = pair;
  fill(target, 8);
  send(source, [0]);
  source.kick();
  await eventually('the packet to arrive', () => target.rings.rx.count() === 1, { ends: [source, target] });

  const events = await tracedLines('napi_poll', () => delay(quietMs), 'napi');

  const polls = events.filter(({ text }) => text.includes(`device ${device.a} `)).length;
  // Interrupts that were pending, and what looks after the link.
  t.true(polls < quietMs / 5, `${polls} polls in ${quietMs} ms`);
});

onBusyPoll('sendto() of a routed source polls its driver busily, whoever redirects', async (t) => {
  await using pair = await openPair({ sharedUmem: true });
  fill(pair.target, 8);

  const events = await tracedLines(
    'napi_poll',
    () => {
      for (let call = 0; call < 20; call++) pair.source.kick();
    },
    'napi',
  );

  const polls = polledHere(events);
  t.true(polls > 5, `${polls} polls`);
});
