import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { XdpSocket } from '../../ffi/socket-types.js';
import { holdAt } from '../../flash/hold.js';
import { flashDir, refusalOf, setRoute } from '../../flash/registry.js';
import { run } from '../../process/run.js';
import { auditProblem } from './support/frame-audit.js';
import { interleaving, routeInThread, watch } from './support/interleaving.js';
import { countFrom, endsOf, flashId, openAll, openListed, openPair } from './support/routed-pair.js';
import { waitForSleeper, waitForThread } from './support/sleepers.js';
import { exchange } from './support/test-packets.js';
import { createTestUmem } from './support/testbed.js';
import { makeVeth } from './support/veth.js';

/*
 * The device of sockets goes while somebody is in the middle of something that concerns them.
 */

interface Doomed extends AsyncDisposable {
  readonly sockets: readonly [XdpSocket, XdpSocket];
  /** What `ip` takes to delete their device. */
  readonly removal: readonly string[];
}

/** Two sockets on one queue of a device that is to go. */
async function openDoomed(): Promise<Doomed> {
  const { netns, a: ifname, ...veth } = await makeVeth();
  const umem = createTestUmem({ frameCount: 64 });
  const here = { netns, ifname, queue: 0, umem };
  const both = openAll([here, here]);
  return {
    sockets: both.sockets as [XdpSocket, XdpSocket],
    removal: ['-n', netns, 'link', 'delete', 'dev', ifname],
    async [Symbol.asyncDispose]() {
      both[Symbol.dispose]();
      umem.close();
      await veth[Symbol.asyncDispose]();
    },
  };
}

interleaving('no route leads to a socket whose device is going', async (t) => {
  await using doomed = await makeVeth();
  await using pair = await openPair({ sharedUmem: true, route: false });
  using umem = createTestUmem({ frameCount: 64 });
  using target = openListed({ netns: doomed.netns, ifname: doomed.a, queue: 0, umem });
  using gone = holdAt('dev-gone');
  const deleting = watch(run('ip', ['-n', doomed.netns, 'link', 'delete', 'dev', doomed.a]));
  await gone.held();

  const outcome = refusalOf(() => setRoute(flashId(pair.source), [flashId(target)]));
  gone.release();
  await deleting.end;
  setRoute(flashId(pair.source), [flashId(pair.target)]);

  t.is(outcome, 'ENXIO');
  t.deepEqual(exchange(pair, 2), countFrom(0, 32));
  t.deepEqual(
    endsOf(pair).map(({ umem: each }) => auditProblem(each)),
    [undefined, undefined],
  );
});

interleaving('a device goes while somebody waits for memory for a route of its sockets', async (t) => {
  await using doomed = await openDoomed();
  const [source, target] = doomed.sockets;
  using memory = holdAt('route-alloc', flashId(source));
  const writing = routeInThread(source, [target]);
  await memory.held();

  await run('ip', doomed.removal);
  // Throws if that has lasted longer than it is held.
  memory.release();

  t.is(await writing.end, 'ENXIO');
});

interleaving('no socket of a device is unbound before all of them have left their routes', async (t) => {
  await using doomed = await openDoomed();
  const ids = doomed.sockets.map(flashId);
  for (const id of ids) setRoute(id, ids);
  using one = holdAt('dev-gone');
  const deleting = watch(run('ip', doomed.removal));
  await one.held();
  using other = holdAt('dev-gone');
  one.release();
  await other.held();

  const queues = await Promise.all(ids.map((id) => readFile(join(flashDir, String(id), 'qid'), 'utf8')));
  other.release();
  await deleting.end;

  t.deepEqual(queues, ['0\n', '0\n']);
});

interleaving('no socket of a device is unbound while one that closes is still on a route', async (t) => {
  await using doomed = await openDoomed();
  const [source, neighbour] = doomed.sockets;
  setRoute(flashId(source), [flashId(neighbour)]);
  using replaced = holdAt('route-replaced', flashId(source));
  const writing = routeInThread(source, [neighbour, neighbour]);
  await replaced.held();
  const closing = watch(source.closeInThread());
  await waitForThread('the source to wait for the writer', /xsk_route_detach/, closing.hasEnded);

  const deleting = watch(run('ip', doomed.removal));
  await waitForSleeper(
    'the device to wait for the source, or for its last user',
    /xsk_route_detach|msleep/,
    ['ip', ...doomed.removal].join(' '),
  );
  const queue = await readFile(join(flashDir, String(flashId(neighbour)), 'qid'), 'utf8');
  replaced.release();
  await Promise.all([writing.end, closing.end, deleting.end]);

  t.is(queue, '0\n');
});
