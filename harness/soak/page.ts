import { htmlPage, htmlPlot, htmlTable } from '../host/html.js';
import { drawAll, type Picture } from '../host/plot.js';
import { goalHead, goalRows, judge, mebibytesPerSecond, quarterHead, quarterRows } from './judge.js';
import type { SoakRecord } from './record.js';
import type { Round } from './soak-program.js';

/** What a soak has so far, as one page that needs nothing else. */
export async function renderPage(record: Omit<SoakRecord, 'add' | 'folder'>): Promise<string> {
  const { nic = 'veth', place } = record.soak;
  const rounds = record.rounds();
  const plots = await drawAll(pictures(rounds));
  const hours = rounds.reduce((sum, { seconds }) => sum + seconds, 0) / 3600;
  const kernels = [...new Set(rounds.map(({ kernel }) => kernel))].join(', ');
  const problems = rounds.flatMap((round, index) => round.problems.map((problem) => [String(index + 1), problem]));
  return htmlPage(
    'FLASH: soak',
    `<p>${rounds.length} rounds in ${hours.toFixed(1)} hours on ${nic}, on ${place}, Linux ${kernels}. In each a chain of three functions is built, has traffic, is accounted for and taken down; functions have a UMEM in common and one each in turn.</p>
${htmlTable('Goals', goalHead, goalRows(judge(record)))}
${htmlTable('Over time', quarterHead, quarterRows(rounds))}
${htmlTable(
  'Runs that ended before their time',
  ['why', 'log'],
  record.failures().map(({ failure, logPath = '' }) => [failure, logPath]),
)}
${htmlTable('What does not add up', ['round', 'problem'], problems)}
${plots.map(htmlPlot).join('\n')}`,
  );
}

function pictures(rounds: readonly Round[]): Picture[] {
  let hours = 0;
  const rows = rounds.map((round) => ({
    hours: (hours += round.seconds / 3600),
    umem: round.separateUmem ? 'one each' : 'in common',
    boot: round.boot,
    download: mebibytesPerSecond(round),
    average: round.roundTripMs?.average,
    longest: round.roundTripMs?.longest,
    kernelMib: round.kernelKib / 1024,
  }));
  const overTime = (field: string, title: string, zero: boolean): object => ({
    width: 760,
    height: 240,
    mark: { type: 'line', point: true },
    encoding: {
      x: { field: 'hours', type: 'quantitative', title: 'hours' },
      y: { field, type: 'quantitative', title, scale: { zero } },
      color: { field: 'umem', type: 'nominal', title: 'UMEM' },
      // A line ends where the machine does.
      detail: { field: 'boot', type: 'nominal' },
    },
  });
  return [
    {
      title: 'Throughput',
      caption: 'A download over TCP through the chain.',
      rows,
      spec: overTime('download', 'MiB/s', true),
    },
    {
      title: 'Latency',
      caption: 'Round trips of ping through the chain, before the download: the average of a round.',
      rows: rows.filter(({ average }) => average !== undefined),
      spec: overTime('average', 'ms', true),
    },
    {
      title: 'Kernel memory',
      caption: 'What the kernel holds for good when the chain of a round is gone.',
      rows,
      spec: overTime('kernelMib', 'MiB', false),
    },
  ];
}
