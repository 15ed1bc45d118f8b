import { writeFileSync } from 'node:fs';
import test from 'ava';
import { waitForGracePeriod } from '../../ffi/membarrier.js';
import type { XdpSocket } from '../../ffi/socket-types.js';
import { createUmem, type Umem } from '../../ffi/umem.js';
import { openSocket } from '../../ffi/xdp-socket.js';
import { flashDir, listIds, readAttribute, refusalOf, setRoute } from '../../flash/registry.js';
import { holdSocket } from '../../native/held.js';
import { run, start } from '../../process/run.js';
import { signalGroup } from '../../process/signal-group.js';
import { waitUntil } from '../../process/wait-until.js';
import { auditProblems } from './support/frame-audit.js';
import { countFrom, flashId, openPair } from './support/routed-pair.js';
import { sleepers, waitForSleeper } from './support/sleepers.js';
import { exchange } from './support/test-packets.js';
import { borrowDevice } from './support/testbed.js';
import { idOf, emptied, pumpOn } from './support/traffic-ends.js';
import { makeVeth } from './support/veth.js';

/*
 * What a program can do to others that holds the mutex of its own socket for as long as it likes.
 */
const files = ['pid', 'ifindex', 'qid', 'umem', 'cookie', 'next', 'stats'] as const;

test.serial('who reads about a socket can be killed, whatever its owner does', async (t) => {
  await using device = await borrowDevice();
  await using held = await holdSocket(device.netns);
  const left = new Set<string>(files);
  const readers = files.map((file) => {
    const path = `${flashDir}/${held.id}/${file}`;
    const child = start('cat', [path]);
    return {
      file,
      pid: child.pid,
      asleep: () => sleepers(`cat ${path}`).some((name) => /show|seq|xsk|flash/.test(name)),
      end: child.then(() => left.delete(file)),
    };
  });
  await waitUntil(() => readers.every(({ file, asleep }) => !left.has(file) || asleep()), {
    what: 'the readers to sleep or to end',
    deadlineMs: 20_000,
    lastState: () => sleepers().join(),
  });

  for (const { pid } of readers) signalGroup(pid, 'SIGKILL');
  await waitUntil(() => left.size === 0, { what: 'the readers to end', deadlineMs: 3000 }).catch(() => undefined);
  const stuck = [...left];
  await held.release();
  await Promise.all(readers.map(({ end }) => end));

  t.deepEqual(stuck, []);
});

test.serial('routes of others are set and served while a socket is held', async (t) => {
  await using device = await borrowDevice();
  await using pair = await openPair({ sharedUmem: true, route: false });
  await using held = await holdSocket(device.netns);

  setRoute(flashId(pair.source), [flashId(pair.target)]);
  const outcome = refusalOf(() => setRoute(flashId(pair.source), [held.id]));
  const received = exchange(pair, 10);
  await held.release();

  t.is(outcome, 'ENXIO');
  t.deepEqual(received, countFrom(0, 160));
  t.deepEqual(auditProblems([pair.source.umem]), []);
});

/*
 * A device goes: its notifier visits the sockets of the namespace, the newest first, and waits for one
 * that is held. Meanwhile an older one closes. What of it was freed belongs to others by the time the
 * notifier comes to it.
 */
for (const role of ['source', 'target'] as const) {
  test.serial(
    `a ${role} that closes while its device goes is not touched once it is freed, nor who has its memory then`,
    async (t) => {
      await using doomed = await makeVeth();
      await using elsewhere = await borrowDevice();
      await using pair = await openPair({ sharedUmem: true, route: false });
      await using closing = await pumpOn(doomed, role, 0);
      const id = idOf(closing);
      setRoute(
        ...(role === 'source' ? ([id, [flashId(pair.target)]] as const) : ([flashId(pair.source), [id]] as const)),
      );
      await using held = await holdSocket(doomed.netns);
      using umem = createUmem({ frameCount: 8 });

      const deleting = run('ip', ['-n', doomed.netns, 'link', 'delete', 'dev', doomed.a]);
      await waitForSleeper('the notifier to wait for the socket that is held', /^xsk_notifier/);
      closing.kill('SIGKILL');
      await waitForSleeper('the other socket to be closing', /^xsk_(?!notifier)/);
      using heirs = openHeirs(elsewhere.netns, umem);
      await held.release();
      await deleting;
      await closing.end;
      const routes = heirs.route(flashId(pair.target));
      if (role === 'target') t.is(readAttribute(flashId(pair.source), 'next'), emptied);
      setRoute(flashId(pair.source), [flashId(pair.target)]);

      t.deepEqual(
        routes.filter((outcome) => outcome !== 'ok'),
        [],
      );
      t.deepEqual(exchange(pair, 2), countFrom(0, 32));
      t.deepEqual(auditProblems([pair.source.umem]), []);
    },
  );
}

interface Heirs extends Disposable {
  /** Binds them and routes them, and says how that went. */
  readonly route: (target: number) => string[];
}

const [rounds, heirsEach] = [3, 48];

/** Sockets that get the memory that others leave. */
function openHeirs(netns: string, umem: Umem): Heirs {
  const heirs: { readonly id: number; readonly socket: XdpSocket }[] = [];
  for (let round = 0; round < rounds; round++) {
    // What waits to be freed after a grace period is, and some pass.
    writeFileSync('/proc/sys/vm/drop_caches', '2');
    for (let period = 0; period < 3; period++) waitForGracePeriod();
    const before = new Set(listIds());
    const sockets = countFrom(0, heirsEach).map(() => openSocket({ netns, ifname: 'a', queue: 0, umem, bind: false }));
    const ids = listIds().filter((id) => !before.has(id));
    heirs.push(...sockets.map((socket, index) => ({ socket, id: ids[index] ?? -1 })));
  }
  return {
    route(target) {
      for (const { socket } of heirs) socket.bind();
      return heirs.map(({ id }) => refusalOf(() => setRoute(id, [target])));
    },
    [Symbol.dispose]: () => [...heirs].reverse().forEach(({ socket }) => socket.close()),
  };
}
