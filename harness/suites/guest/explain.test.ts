import test from 'ava';
import { formatExplanation } from '../../chains/explain/format.js';
import { bindFlag } from '../../ffi/libc.js';
import type { XdpSocket } from '../../ffi/socket-types.js';
import { createUmem } from '../../ffi/umem.js';
import { readStats, setRoute } from '../../flash/registry.js';
import { ipBatch } from '../../host/netns.js';
import { waitUntil } from '../../process/wait-until.js';
import { eventually, ringState, soonMs } from './support/ring-state.js';
import { causesOf, explained } from './support/observed.js';
import { countFrom, flashId, openListed, openMore, openPair, openSleepingPair } from './support/routed-pair.js';
import { openRow } from './support/socket-row.js';
import { exchange, fill, receive, reclaim, send } from './support/test-packets.js';
import { startPumpOn } from './support/testbed.js';
import { makeVeth } from './support/veth.js';

/*
 * What holds a socket up is brought about for real, and the tool has to find it from outside.
 */

const stat = (socket: XdpSocket, name: string): number => readStats(flashId(socket))[name] ?? 0;

/** A kicked source is looked at again by the timer: its stall is counted once more. */
const stallsAgain = (source: XdpSocket, name: string) => (): Promise<void> => {
  const before = stat(source, name);
  return eventually(`${name} to rise`, () => stat(source, name) > before, { ends: [source] });
};

test.serial('a socket that is not bound is told to be bound', async (t) => {
  await using device = await makeVeth();
  using umem = createUmem({ frameCount: 8 });
  using socket = openListed({ netns: device.netns, ifname: device.a, queue: 0, umem, bind: false });

  t.deepEqual(causesOf(await explained(socket)), ['not-bound']);
});

test.serial('a socket without a route whose packets wait is told to send on its device, which is down', async (t) => {
  await using device = await makeVeth();
  using umem = createUmem({ frameCount: 8 });
  using socket = openListed({ netns: device.netns, ifname: device.a, queue: 0, umem });
  send(socket, [1, 2]);

  const up = await explained(socket);
  await ipBatch(device.netns, ['link set dev a down']);
  const down = await explained(socket);

  t.deepEqual(causesOf(up), ['no-route', 'nobody-polls']);
  t.deepEqual(causesOf(down), ['no-route', 'device-down', 'nobody-polls']);
  t.regex(down.findings[1]?.proof ?? '', /^a is not UP; 2 packets wait on TX$/);
});

test.serial('a route whose target has closed is told to be lost', async (t) => {
  await using pair = await openPair({ sharedUmem: true });
  send(pair.source, countFrom(0, 3));
  pair.target.close();
  pair.source.kick();

  const { findings, moves } = await explained(pair.source, () => void pair.source.kick());

  t.false(moves);
  t.is(findings[0]?.cause, 'target-closed');
  t.regex(findings[0]?.proof ?? '', /^1 of 1 targets gone; stall_no_target \d+, \+1 in /);
});

test.serial('the RX ring of a target is found to be full, with its program and what that does', async (t) => {
  await using pair = await openSleepingPair({ sharedUmem: true, target: { rxSize: 16 } });
  fill(pair.target, 40);
  send(pair.source, countFrom(0, 20));
  pair.source.kick();

  const { findings } = await explained(pair.source, stallsAgain(pair.source, 'stall_rx_full'));

  t.deepEqual(
    findings.map(({ cause }) => cause),
    ['rx-full'],
  );
  t.regex(findings[0]?.proof ?? '', /: 16 of 16 entries on its RX ring, 0 taken; stall_rx_full \+\d+ in /);
  t.regex(findings[0]?.advice ?? '', new RegExp(`takes nothing: \\S+/${process.pid} `));
});

test.serial('a target without frames is found, and where its frames are', async (t) => {
  await using pair = await openSleepingPair({ sharedUmem: false });
  send(pair.source, countFrom(0, 5));
  pair.source.kick();

  const { findings } = await explained(pair.source, stallsAgain(pair.source, 'stall_fill_empty'));

  t.deepEqual(
    findings.map(({ cause }) => cause),
    ['fill-empty'],
  );
  t.regex(findings[0]?.proof ?? '', /: 0 of 64 entries on its fill ring, 0 frames in its stash; stall_fill_empty \+/);
  t.regex(findings[0]?.advice ?? '', /of the 256 frames of UMEM \d+, 256 with programs and drivers/);
});

test.serial('a full completion ring of the source is found', async (t) => {
  await using pair = await openSleepingPair({ sharedUmem: true, source: { completionSize: 16 } });
  fill(pair.target, 40);
  send(pair.source, countFrom(0, 20));
  pair.source.kick();

  const { findings } = await explained(pair.source, stallsAgain(pair.source, 'stall_cq_full'));

  t.is(findings[0]?.cause, 'completion-full');
  t.regex(findings[0]?.proof ?? '', /^16 of 16 entries on its completion ring; stall_cq_full \+\d+ in /);
});

/*   [source] --> a, and what is on its completion ring nobody takes   */
test.serial('a full completion ring of a socket that sends on its device is found', async (t) => {
  await using pair = await openSleepingPair({ sharedUmem: true, route: false, source: { completionSize: 16 } });
  const { source } = pair;
  send(source, countFrom(0, 20));
  let answer = source.kick();
  await eventually('its completion ring to be full', () => source.rings.completion.count() === 16, { ends: [source] });

  const found = await explained(source, () => (answer = source.kick()));

  t.is(answer, 'EAGAIN');
  t.false(found.moves);
  t.deepEqual(causesOf(found), ['completion-full']);
  t.regex(found.findings[0]?.proof ?? '', /^16 of 16 entries on its completion ring; the device gets no packet /);
});

test.serial('a chain whose sockets have no frames is told to give them some', async (t) => {
  await using pair = await openSleepingPair({ sharedUmem: true });

  const [source, target] = [await explained(pair.source), await explained(pair.target)];

  t.deepEqual(causesOf(source), ['nothing-to-send', 'fill-empty']);
  t.regex(source.findings[1]?.proof ?? '', /^0 of 64 entries on its fill ring, 0 frames in its stash; /);
  t.regex(source.findings[1]?.advice ?? '', /of the 256 frames of UMEM \d+, 256 with programs and drivers/);
  t.deepEqual(causesOf(target), ['nothing-to-send', 'fill-empty', 'nothing-arrives']);
});

test.serial('a socket that only receives moves', async (t) => {
  await using pair = await openPair({ sharedUmem: true });

  const found = await explained(pair.target, () => exchange(pair, 2));

  t.true(found.moves, formatExplanation(found));
  t.is(found.taken, 32);
  t.deepEqual(causesOf(found), []);
});

test.serial('a chain that waits for its first packet says who has to send it', async (t) => {
  await using pair = await openSleepingPair({ sharedUmem: true });
  for (const socket of [pair.source, pair.target]) fill(socket, 8);

  const [source, target] = [await explained(pair.source), await explained(pair.target)];

  t.deepEqual(causesOf(source), ['nothing-to-send', 'nothing-arrives']);
  t.regex(source.findings[1]?.advice ?? '', /no XDP program on a gives it packets/);
  t.deepEqual(causesOf(target), ['nothing-to-send', 'nothing-arrives']);
  t.regex(target.findings[1]?.advice ?? '', new RegExp(`flash explain ${flashId(pair.source)} `));
});

test.serial('who puts packets on TX and makes no call is found, and who takes none from RX', async (t) => {
  await using pair = await openSleepingPair({ sharedUmem: true });
  const { source, target } = pair;
  fill(target, 60);

  // Who has just got a route, or has just sent, is looked at a few times more without a call.
  const unkicked = await waitUntil(
    async () => {
      if (source.rings.tx.count() === 0) send(source, [1]);
      const found = await explained(source);
      return source.rings.tx.count() > 0 && found;
    },
    { what: 'a packet to stay on TX', deadlineMs: soonMs, intervalMs: 1, lastState: () => ringState(source) },
  );
  source.kick();
  const untaken = await explained(target);

  t.deepEqual(causesOf(unkicked), ['nobody-polls']);
  t.regex(unkicked.findings[0]?.proof ?? '', /^1 packets wait on TX, which asks for wake-ups; /);
  t.deepEqual(causesOf(untaken), ['nobody-polls']);
  t.regex(untaken.findings[0]?.proof ?? '', /^\d+ of 64 entries on its RX ring, 0 taken /);
});

const manyBuffers = bindFlag.copy | bindFlag.useNeedWakeup | bindFlag.useSg;

test.serial('a source whose large packet is passed by those of another is told who is in front', async (t) => {
  await using pair = await openSleepingPair({
    sharedUmem: true,
    source: { bindFlags: manyBuffers },
    target: { rxSize: 16, bindFlags: manyBuffers },
  });
  using more = openMore(pair, [2]);
  const [other] = more.sockets as [XdpSocket];
  setRoute(flashId(other), [flashId(pair.target)]);
  fill(pair.target, 60);
  send(other, countFrom(0, 20));
  other.kick();
  send(pair.source, [100], { shape: { fragments: 3, fragmentBytes: 64 } });
  pair.source.kick();

  // One entry is enough for the other alone.
  const { findings } = await explained(pair.source, async () => {
    const before = stat(other, 'redirected');
    receive(pair.target, undefined, 1);
    pair.target.receive();
    await eventually('the other to pass', () => stat(other, 'redirected') > before, { ends: [pair.source, other] });
  });

  const found = findings.find(({ cause }) => cause === 'behind-another');
  t.is(found?.about?.id, flashId(other));
  t.regex(found?.proof ?? '', /got 0 of its packets and 1 of others in .*; 100 % are of/);
});

test.serial('packets that are lost are put down to their reason', async (t) => {
  await using pair = await openPair({ sharedUmem: true, route: false });
  const target = flashId(pair.target);
  setRoute(flashId(pair.source), [target, target]);

  // A route that was just set may have the kernel look without a kick.
  const { findings, moves } = await explained(pair.source, () => {
    send(pair.source, countFrom(0, 2), { options: () => 5 << 16 });
    pair.source.kick();
    return eventually('both to be dropped', () => stat(pair.source, 'drop_bad_index') === 2, { ends: [pair.source] });
  });

  t.true(moves);
  t.deepEqual(
    findings.map(({ cause, proof }) => `${cause}: ${proof.replace(/ in .*/, '')}`),
    ['drops: drop_bad_index 2, +2'],
  );
});

/*   [0] --> [1] --> [2], which takes nothing   */
test.serial('what holds up the target of a target is found from the beginning of a chain', async (t) => {
  await using row = await openRow({ count: 3, sharedUmem: true, ringSizes: [64, 16, 16], busyPoll: false });
  const [first, second, third] = row.sockets as [XdpSocket, XdpSocket, XdpSocket];
  setRoute(flashId(first), [flashId(second)]);
  setRoute(flashId(second), [flashId(third)]);
  fill(third, 16);
  fill(second, 16);
  send(first, countFrom(0, 40));
  first.kick();
  send(second, countFrom(100, 16));
  second.kick();
  reclaim(second);
  fill(third, 8);
  send(second, countFrom(200, 16));
  second.kick();

  const found = await explained(first, stallsAgain(first, 'stall_rx_full'));

  const state = (): string => [formatExplanation(found), ...row.sockets.map(ringState)].join('\n');
  t.is(found.findings[0]?.about?.id, flashId(second), state());
  t.is(found.because?.socket.id, flashId(second), state());
  t.true(causesOf(found.because ?? found).includes('rx-full'), formatExplanation(found));
  t.is(found.because?.findings[0]?.about?.id, flashId(third), state());
});

test.serial('a target whose process is stopped, and one that is killed', async (t) => {
  await using pair = await openSleepingPair({ sharedUmem: true, route: false });
  const { source, device } = pair;
  await using pump = await startPumpOn(device, { mode: 'target', queue: 3, ringSize: 16 });
  const [target = -1] = pump.ids();
  setRoute(flashId(source), [target]);
  pump.kill('SIGSTOP');
  for (let sent = 0; source.rings.tx.free() > 0; sent++) send(source, [sent]);
  source.kick();

  const stopped = await explained(source);
  pump.kill('SIGKILL');
  await pump.end;
  source.kick();
  const killed = await explained(source);

  t.regex(
    stopped.findings[0]?.advice ?? '',
    new RegExp(`is stopped by a signal; let it go on: kill -CONT ${pump.pid}`),
  );
  t.is(killed.findings[0]?.cause, 'target-closed');
});
