import { setTimeout as delay } from 'node:timers/promises';
import { topCostProgram } from '../bench/top-cost-program.js';
import { listHops } from '../chains/hops.js';
import { createObserver } from '../chains/observer.js';
import { formatTop } from '../chains/top.js';
import { batchBufferKib, sampleBatches } from '../chains/trace/batches.js';
import { openTraceInstance } from '../chains/trace/instance.js';
import { startFunctions } from '../demo/functions.js';
import { chainHops, connect, findSockets } from '../demo/routes.js';
import { startServers } from '../demo/servers.js';
import { buildTopology, chainFunctions } from '../demo/topology.js';
import { downloadOverTcp } from '../demo/traffic.js';
import { inNetns } from '../ffi/netns.js';
import { listSockets, readStats } from '../flash/registry.js';
import { readLinks } from '../host/netns.js';
import { serve } from '../machine/serve.js';
import { attempt } from '../process/run.js';

/** Until what the compiler of JavaScript makes of it has settled. */
const warmUps = 3;
const tracedMs = 10;

await serve(topCostProgram, async ({ looks, intervalMs }, tell) => {
  await attempt('mount', ['-t', 'tracefs', 'tracefs', '/sys/kernel/tracing']);
  await using topology = await buildTopology('flash-top');
  const seconds = ((looks + warmUps) * intervalMs) / 1000;
  await using servers = await startServers(topology.server, { mebibytes: 0, seconds });
  await using functions = await startFunctions({
    netns: topology.middle,
    functions: chainFunctions,
    separateUmem: false,
  });
  const sockets = findSockets(
    await functions.status(),
    await readLinks(topology.middle),
    inNetns(topology.middle, listSockets),
  );
  using _routes = connect(chainHops(sockets));
  const redirected = (): number =>
    sockets.reduce((sum, { flashId }) => sum + (readStats(flashId)['redirected'] ?? 0), 0);

  using observer = createObserver();
  using instance = openTraceInstance(batchBufferKib);
  const download = downloadOverTcp(topology, servers.http);
  const nanoseconds: number[] = [];
  let before = await observer.look();
  let hops = 0;
  let [started, moved] = [0n, 0];
  for (let look = -warmUps; look < looks; look++) {
    if (look === 0) [started, moved] = [process.hrtime.bigint(), redirected()];
    await delay(intervalMs);
    const used = process.cpuUsage();
    const now = await observer.look();
    const shown = listHops(before, now, await sampleBatches(instance, tracedMs));
    hops = shown.length;
    formatTop(shown, { time: '', seconds: 1 });
    before = now;
    const { user, system } = process.cpuUsage(used);
    if (look < 0) continue;
    nanoseconds.push((user + system) * 1000);
    tell({ look, nanoseconds: (user + system) * 1000 });
  }
  const elapsedNanoseconds = Number(process.hrtime.bigint() - started);
  const total = redirected() - moved;
  await download;
  return { ...{ sockets: before.sockets.length, hops, nanoseconds, elapsedNanoseconds }, redirected: total };
});
