import test from 'ava';
import { startFunctions } from '../../chain/functions.js';
import { readLinks } from '../../chain/netns.js';
import { runChain } from '../../chain/run-chain.js';
import { buildTopology, chainFunctions } from '../../chain/topology.js';
import { ping } from '../../chain/traffic.js';
import { chainHops, connect, findSockets } from '../../chain/wiring.js';
import { buildNative } from '../../native/build-native.js';

test.before('the network functions are built', () => buildNative());

test.serial('client and server reach each other only while the routes are set', async (t) => {
  await using topology = await buildTopology('flash-reach');
  await using functions = await startFunctions({ netns: topology.middle, functions: chainFunctions, separateUmem: false });
  const hops = chainHops(findSockets(await functions.status(), await readLinks(topology.middle)));

  const before = await ping(topology, 3, 1);
  const routes = connect(hops);
  const during = await ping(topology, 3);
  routes[Symbol.dispose]();
  const after = await ping(topology, 3, 1);

  t.deepEqual(before, { sent: 3, lost: 3 });
  t.deepEqual(during, { sent: 3, lost: 0 });
  t.deepEqual(after, { sent: 3, lost: 3 });
});

for (const { title, separateUmem } of [
  { title: 'a chain on one UMEM moves every packet without copying it', separateUmem: false },
  { title: 'a chain with a UMEM each copies every packet once a hop', separateUmem: true },
]) {
  test.serial(title, async (t) => {
    const { ok, problems, hops, umems } = await runChain({ separateUmem, pings: 5, tcpMebibytes: 2, udpPairs: 10 });

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
