import { mkdirSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { Command } from 'commander';
import { findContender, type ContenderName } from '../../bench/chains/contenders.js';
import { show } from '../../bench/report/figure.js';
import { renderHtml } from '../../bench/report/html.js';
import { nativeTables } from '../../bench/report/native-tables.js';
import type { Report } from '../../bench/report/schema.js';
import { runBench } from '../../bench/run-bench.js';
import { formatSeconds, startClock } from '../../host/duration.js';
import { showProgress } from '../../host/progress.js';
import { callerDir } from '../../host/repository.js';
import { formatTable } from '../../host/table.js';
import { guestCommand } from '../guest-command.js';
import { needsPackages } from '../packages.js';
import { addBenchCompare } from './compare.js';
import { addBenchDrops } from './drops.js';
import { addBenchFunctions } from './functions.js';
import { addBenchInstructions } from './instructions.js';
import { addBenchMonitor } from './monitor.js';
import { addBenchWaits } from './waits.js';
import { addBenchXdp } from './xdp.js';

interface Options {
  readonly quick: boolean;
  readonly here: boolean;
  readonly native: boolean;
  readonly vfsOf?: string;
  readonly resume: boolean;
  readonly out: string;
}

export function addBench(program: Command): void {
  const bench = needsPackages(guestCommand(program, 'bench'), 'bench');
  addBenchCompare(bench);
  addBenchDrops(bench);
  addBenchFunctions(bench);
  addBenchInstructions(bench);
  addBenchMonitor(bench);
  addBenchWaits(bench);
  addBenchXdp(bench);
  bench
    .description('measure speed and compare it with other transports; writes report.json and report.html')
    .option('--quick', 'take minutes: fewer chains and shorter measurements', false)
    .option('--here', 'measure on this machine, whose kernel has FLASH, instead of in a guest', false)
    .option(
      '--native',
      'measure only the rings and redirects of the series, compiled for user space: takes minutes and needs no guest',
      false,
    )
    .option(
      '--vfs-of <ifname>',
      'with --here: also measure over SR-IOV virtual functions, which are created on this NIC for the time of the run; it must have none',
    )
    .option('--resume', 'continue the interrupted run whose report is in the same folder', false)
    .option('--out <folder>', 'where to write the report', 'bench-report')
    .action(async ({ quick, here, native, vfsOf, resume, out }: Options) => {
      const elapsed = startClock();
      const outDir = resolve(callerDir, out);
      mkdirSync(outDir, { recursive: true });
      const view = showProgress();
      const report = await runBench({
        size: quick ? 'quick' : 'full',
        here,
        native,
        vfsOf,
        resume,
        outDir,
        onProgress: view.onProgress,
      }).finally(() => view.stop());
      writeFileSync(join(outDir, 'report.json'), `${JSON.stringify(report, null, 2)}\n`);
      writeFileSync(join(outDir, 'report.html'), await renderHtml(report));
      print(report);
      console.log(`${join(outDir, 'report.html')} (${formatSeconds(elapsed())})`);
    });
}

/** Of the chains 64-byte packets, a column for each length; the report has the rest. */
function print(report: Report): void {
  const { throughput, goals, notRun } = report;
  for (const { title, caption, head, rows } of nativeTables(report))
    console.log(`${title}. ${caption}\n${formatTable(head, rows)}`);
  const usual = throughput.filter(
    ({ packetBytes, batch, wait }) => packetBytes === 64 && batch === 32 && wait === 'spin',
  );
  const lengths = [...new Set(usual.map(({ functions }) => functions))].sort((a, b) => a - b);
  const rows = [...new Set(usual.map(({ contender }) => contender))].map((contender) => [
    findContender(contender as ContenderName).title,
    ...lengths.map((functions) => {
      const found = usual.find((chain) => chain.contender === contender && chain.functions === functions);
      return found === undefined ? '-' : show(found.pps, 1e-6);
    }),
  ]);
  if (rows.length > 0) console.log(formatTable(['Mpps, 64 bytes; functions:', ...lengths.map(String)], rows));
  console.log(
    formatTable(
      ['goal', 'limit', 'measured', ''],
      goals.map(({ what, limit, value, verdict }) => [what, limit, value, verdict]),
    ),
  );
  for (const { what, reason } of notRun) console.log(`not run: ${what}: ${reason}`);
}
