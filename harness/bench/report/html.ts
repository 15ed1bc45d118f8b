import { escapeHtml, htmlPage, htmlPlot, htmlTable } from '../../host/html.js';
import { findContender, type ContenderName } from '../chains/contenders.js';
import { show } from './figure.js';
import { nativeTables } from './native-tables.js';
import { drawPlots, waitNames } from './plots.js';
import type { Report } from './schema.js';

/** The report as one page that needs nothing else. */
export async function renderHtml(report: Report): Promise<string> {
  const plots = await drawPlots(report);
  const { goals, notRun, throughput, rates, blocked, instructions, rings } = report;
  const name = (contender: string): string => findContender(contender as ContenderName).title;
  return htmlPage(
    'FLASH: speed',
    `<p>${escapeHtml(summary(report))}</p>
${htmlTable(
  'Goals',
  ['goal', 'limit', 'measured', ''],
  goals.map(({ what, limit, value, verdict }) => [what, limit, value, verdict]),
)}
${
  notRun.length === 0
    ? ''
    : htmlTable(
        'Not run',
        ['what', 'why'],
        notRun.map(({ what, reason }) => [what, reason]),
      )
}
${plots.map(htmlPlot).join('\n')}
${htmlTable(
  'Throughput',
  ['carried by', 'functions', 'bytes', 'batch', 'packets/s', 'hops a core-second', 'lost'],
  throughput.map((each) => [
    name(each.contender),
    String(each.functions),
    String(each.packetBytes),
    String(each.batch),
    show(each.pps),
    show(each.hopsPerCoreSecond),
    String(each.lost),
  ]),
)}
${htmlTable(
  'Rates and latencies',
  ['carried by', 'waiting by', 'loss-free packets/s', 'load', 'median us', '99 % us', '99.9 % us', 'most us'],
  rates.flatMap((each) =>
    each.latencies.map((latency) => [
      name(each.contender),
      waitNames[each.wait],
      show(each.lossFreePps),
      `${latency.share * 100} %`,
      ...[latency.p50Ns, latency.p99Ns, latency.p999Ns, latency.maxNs].map((figure) => show(figure, 1 / 1000)),
    ]),
  ),
)}
${htmlTable(
  'A source whose chain takes nothing',
  ['carried by', 'waiting by', 'share of a processor, %'],
  blocked.map((each) => [name(each.contender), waitNames[each.wait], show(each.cpuShare, 100)]),
)}
${htmlTable(
  'Kernel instructions per packet',
  ['kernel', 'path', 'batch', 'bytes', 'instructions'],
  instructions.map((each) => [
    each.kernel,
    each.path,
    String(each.batch),
    String(each.packetBytes),
    show(each.instructions),
  ]),
)}
${nativeTables(report)
  .map(({ title, caption, head, rows }) => htmlTable(title, head, rows, caption))
  .join('\n')}
${htmlTable(
  'Rings alone',
  ['ring', 'object', 'objects a bulk', 'threads', 'cycles an object', 'ns an object'],
  rings.map((each) => [
    each.ring,
    each.object,
    String(each.batch),
    String(each.threads),
    show(each.cyclesPerObject),
    show(each.nsPerObject),
  ]),
)}
${htmlTable(
  'Conditions',
  ['', ''],
  Object.entries(report.conditions).map(([what, value]) => [what, String(value)]),
)}`,
  );
}

export function summary({ size, made, conditions: { place, kernel, cpus, repetitions, umem } }: Report): string {
  return `A ${size} run of ${made.slice(0, 16).replace('T', ' ')} UTC ${place}, Linux ${kernel}, ${cpus} processors, ${repetitions} repetitions in turn; ${umem}. Figures are medians, with the range of the repetitions; a goal's ratio is the median of the ratios in each repetition.`;
}
