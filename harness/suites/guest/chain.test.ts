import test from 'ava';
import { benchNetns } from '../../bench/chains/devices.js';
import { runHops } from '../../bench/chains/run-hops.js';
import { placeVirtualFunctions } from '../../bench/chains/vfs.js';
import { startFunctions, type FunctionStatus } from '../../demo/functions.js';
import { readProcess } from '../../chains/processes.js';
import { createNetns, deleteNetns, readLinks } from '../../host/netns.js';
import { runChain } from '../../demo/run-chain.js';
import { buildTopology, chainFunctions } from '../../demo/topology.js';
import { ping } from '../../demo/traffic.js';
import { chainHops, connect, findSockets } from '../../demo/routes.js';
import { inNetns } from '../../ffi/netns.js';
import { listSockets } from '../../flash/registry.js';
import { buildNative } from '../../native/build-native.js';
import { waitUntil } from '../../process/wait-until.js';
import { createMacSwitch } from './support/mac-switch.js';

test.before('the network functions and hops are built', () => buildNative());

test.serial('client and server reach each other only while the routes are set', async (t) => {
  await using topology = await buildTopology('flash-reach');
  await using functions = await startFunctions({
    netns: topology.middle,
    functions: chainFunctions,
    separateUmem: false,
  });
  const hops = chainHops(
    findSockets(await functions.status(), await readLinks(topology.middle), inNetns(topology.middle, listSockets)),
  );

  const before = await ping(topology, 3, 1);
  const routes = connect(hops);
  const during = await ping(topology, 3);
  routes[Symbol.dispose]();
  const after = await ping(topology, 3, 1);

  t.deepEqual(before, { sent: 3, lost: 3 });
  const { roundTripMs, ...counts } = during;
  t.deepEqual(counts, { sent: 3, lost: 0 });
  t.true((roundTripMs?.longest ?? 0) >= (roundTripMs?.average ?? Number.NaN));
  t.deepEqual(after, { sent: 3, lost: 3 });
});

test.serial('a function that is stopped for a while ends no other', async (t) => {
  await using topology = await buildTopology('flash-stopped');
  await using functions = await startFunctions({
    netns: topology.middle,
    functions: chainFunctions,
    separateUmem: true,
  });
  const names = (statuses: readonly FunctionStatus[]): string[] => statuses.map(({ name }) => name);
  const before = await functions.status();
  const pid = before.find(({ name }) => name === 'nf2')?.pid ?? Number.NaN;

  process.kill(pid, 'SIGSTOP');
  await waitUntil(() => readProcess(pid)?.state === 'T', { what: 'nf2 to stop', deadlineMs: 10_000 });
  process.kill(pid, 'SIGCONT');

  t.deepEqual(names(await functions.status()), names(before));
});

for (const { title, separateUmem } of [
  { title: 'a chain on one UMEM moves every packet without copying it', separateUmem: false },
  { title: 'a chain with a UMEM each copies every packet once a hop', separateUmem: true },
]) {
  test.serial(title, async (t) => {
    const { ok, problems, hops, umems } = await runChain({
      separateUmem,
      pings: 5,
      tcpMebibytes: 2,
      tcpSeconds: 0,
      udpPairs: 10,
    });

    t.deepEqual(problems, []);
    t.true(ok);
    for (const { from, redirected, copied } of hops) {
      t.true(redirected > 0, from);
      t.is(copied, separateUmem ? redirected : 0, from);
    }
    t.is(umems.length, separateUmem ? 3 : 1);
    for (const { frames, start, end } of umems) t.deepEqual({ start, end }, { start: frames, end: frames });
  });
}

for (const wait of ['spin', 'block'] as const) {
  test.serial(
    `a switch takes each packet to the next function, none elsewhere and loses none, when stages wait by ${wait}`,
    async (t) => {
      const functions = 2;
      const sink = functions + 1;
      await createNetns(benchNetns);
      t.teardown(() => deleteNetns(benchNetns));
      await using nic = await createMacSwitch(functions + 2);
      await placeVirtualFunctions(nic.ifindexes);

      // So slow, with such rings, that a stage may be away for seconds.
      const result = await runHops({
        contender: 'vf-copy',
        functions,
        packetBytes: 64,
        batch: 8,
        wait,
        ringSize: 1024,
        ratePps: 200,
        warmUpMs: 200,
        measureMs: 1000,
      });

      t.true(result.received > 0);
      t.deepEqual([result.lost, result.reordered], [0, 0]);
      const { from, to } = await settled(nic.carried);
      t.deepEqual([to[0], from[sink]], [0, 0]);
      t.true(
        from.slice(0, sink).every((frames) => frames >= result.received),
        from.join(),
      );
    },
  );
}

/** What a switch carried, once all that it took from a device was handed to the next one. */
function settled(
  carried: () => Promise<{ readonly from: readonly number[]; readonly to: readonly number[] }>,
): ReturnType<typeof carried> {
  let last = {};
  return waitUntil(
    async () => {
      const now = await carried();
      last = now;
      return now.from.slice(0, -1).join() === now.to.slice(1).join() && now;
    },
    { what: 'the switch to hand every frame to the next device', deadlineMs: 10_000, lastState: () => last },
  );
}
