import { htmlPage, htmlPlot, htmlTable } from '../host/html.js';
import { drawAll, type Picture } from '../host/plot.js';
import { judge, mebibytesPerSecond, quarterHead, quarterRows } from './judge.js';
import type { Round } from './soak-program.js';

/** Where a soak runs. */
export interface SoakPlace {
  readonly device: string;
  readonly place: string;
}

/** The rounds so far as one page that needs nothing else. */
export async function renderPage(rounds: readonly Round[], { device, place }: SoakPlace): Promise<string> {
  const plots = await drawAll(pictures(rounds));
  const hours = rounds.reduce((sum, { seconds }) => sum + seconds, 0) / 3600;
  const verdict = { true: 'met', false: 'MISSED', undefined: '' };
  const problems = rounds.flatMap((round, index) => round.problems.map((problem) => [String(index + 1), problem]));
  return htmlPage(
    'FLASH: soak',
    `<p>${rounds.length} rounds in ${hours.toFixed(1)} hours on ${device}, on ${place}. In each a chain of three functions is built, has traffic, is accounted for and taken down; functions have a UMEM in common and one each in turn.</p>
${htmlTable(
  'Goals',
  ['goal', 'limit', 'measured', ''],
  judge(rounds).map(({ what, limit, measured, met }) => [what, limit, measured, verdict[`${met}`]]),
)}
${htmlTable('Over time', quarterHead, quarterRows(rounds))}
${htmlTable('What does not add up', ['round', 'problem'], problems)}
${plots.map(htmlPlot).join('\n')}`,
  );
}

function pictures(rounds: readonly Round[]): Picture[] {
  let hours = 0;
  const rows = rounds.map((round) => ({
    hours: (hours += round.seconds / 3600),
    umem: round.separateUmem ? 'one each' : 'in common',
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
      caption: 'What the kernel holds and cannot reclaim, when the chain of a round is gone.',
      rows,
      spec: overTime('kernelMib', 'MiB', false),
    },
  ];
}
