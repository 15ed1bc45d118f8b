import { readFileSync } from 'node:fs';
import type { ChainReport } from '../demo/report.js';
import { nicWires } from '../demo/nic-wires.js';
import { runChain } from '../demo/run-chain.js';
import { vethWires } from '../demo/veth-wires.js';
import { listIds, requireFlash } from '../flash/registry.js';
import { startClock } from '../host/duration.js';
import { kernelKib } from '../host/kernel-memory.js';
import { serve } from '../machine/serve.js';
import { soakProgram, type Round } from '../soak/soak-program.js';

const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();

await serve(soakProgram, async ({ seconds, downloadSeconds, roundsBefore, nic }, tell) => {
  const elapsed = startClock();
  requireFlash();
  const socketsBefore = listIds().length;
  for (let round = roundsBefore; round === roundsBefore || elapsed() < seconds; round++) {
    const began = startClock();
    const separateUmem = round % 2 === 1;
    const wires = nic === undefined ? vethWires : nicWires(nic);
    const report = await runChain({ separateUmem, wires, tcpSeconds: downloadSeconds });
    tell({ ...roundOf(report), seconds: began(), boot, socketsLeft: listIds().length - socketsBefore });
  }
  return null;
});

type OfReport = Omit<Round, 'seconds' | 'boot' | 'socketsLeft'>;

function roundOf({ problems, hops, sharedUmem, kernel, traffic: { tcp, ping } }: ChainReport): OfReport {
  const total = (what: 'redirected' | 'copied' | 'dropped'): number => hops.reduce((sum, hop) => sum + hop[what], 0);
  return {
    ...{ kernel, separateUmem: !sharedUmem, problems },
    downloaded: { bytes: tcp.bytes, seconds: tcp.seconds },
    ...{ redirected: total('redirected'), copied: total('copied'), dropped: total('dropped') },
    ...(ping.roundTripMs && { roundTripMs: ping.roundTripMs }),
    kernelKib: kernelKib(),
  };
}
