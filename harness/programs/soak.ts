import { release } from 'node:os';
import type { ChainReport } from '../demo/report.js';
import { runChain } from '../demo/run-chain.js';
import { nicWires } from '../demo/nic-wires.js';
import { vethWires } from '../demo/veth-wires.js';
import { listIds } from '../flash/registry.js';
import { startClock } from '../host/duration.js';
import { kernelKib } from '../host/kernel-memory.js';
import { serve } from '../machine/serve.js';
import { soakProgram, type Round } from '../soak/soak-program.js';

await serve(soakProgram, async ({ seconds, downloadSeconds, nic }, tell) => {
  const elapsed = startClock();
  for (let round = 0; round === 0 || elapsed() < seconds; round++) {
    const began = startClock();
    const separateUmem = round % 2 === 1;
    const wires = nic === undefined ? vethWires : nicWires(nic);
    const report = await runChain({ separateUmem, wires, tcpSeconds: downloadSeconds });
    tell(roundOf(report, began()));
  }
  return { kernel: release() };
});

function roundOf({ problems, hops, sharedUmem, traffic: { tcp, ping } }: ChainReport, seconds: number): Round {
  const total = (what: 'redirected' | 'copied' | 'dropped'): number => hops.reduce((sum, hop) => sum + hop[what], 0);
  return {
    ...{ seconds, separateUmem: !sharedUmem, problems },
    downloaded: { bytes: tcp.bytes, seconds: tcp.seconds },
    ...{ redirected: total('redirected'), copied: total('copied'), dropped: total('dropped') },
    ...(ping.roundTripMs && { roundTripMs: ping.roundTripMs }),
    ...{ socketsLeft: listIds().length, kernelKib: kernelKib() },
  };
}
