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
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<title>FLASH: speed</title>
<style>${style}</style>
<h1>FLASH: speed</h1>
<p>${escapeHtml(summary(report))}</p>
${table(
  'Goals',
  ['goal', 'limit', 'measured', ''],
  goals.map(({ what, limit, value, verdict }) => [what, limit, value, verdict]),
)}
${
  notRun.length === 0
    ? ''
    : table(
        'Not run',
        ['what', 'why'],
        notRun.map(({ what, reason }) => [what, reason]),
      )
}
${plots.map(({ title, caption, svg }) => `<h2>${escapeHtml(title)}</h2>\n<figure>${svg}<figcaption>${escapeHtml(caption)}</figcaption></figure>`).join('\n')}
${table(
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
${table(
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
${table(
  'A source whose chain takes nothing',
  ['carried by', 'waiting by', 'share of a processor, %'],
  blocked.map((each) => [name(each.contender), waitNames[each.wait], show(each.cpuShare, 100)]),
)}
${table(
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
  .map(({ title, caption, head, rows }) => table(title, head, rows, caption))
  .join('\n')}
${table(
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
${table(
  'Conditions',
  ['', ''],
  Object.entries(report.conditions).map(([what, value]) => [what, String(value)]),
)}
</html>
`;
}

const style = `body { font: 15px/1.45 sans-serif; max-width: 70rem; margin: 2rem auto; padding: 0 1rem; color: #222 }
table { border-collapse: collapse; margin: .5rem 0 2rem } td, th { padding: .2rem .7rem; border-bottom: 1px solid #ddd; text-align: left; font-variant-numeric: tabular-nums }
figure { margin: 0 0 2rem; overflow-x: auto } figcaption { color: #555 } .met { color: #176b2c } .MISSED { color: #b00020; font-weight: bold }`;

export function summary({ size, made, conditions: { place, kernel, cpus, repetitions, umem } }: Report): string {
  return `A ${size} run of ${made.slice(0, 16).replace('T', ' ')} UTC ${place}, Linux ${kernel}, ${cpus} processors, ${repetitions} repetitions in turn; ${umem}. Figures are medians, with the range of the repetitions; a goal's ratio is the median of the ratios in each repetition.`;
}

function table(title: string, head: readonly string[], rows: readonly (readonly string[])[], caption = ''): string {
  if (rows.length === 0) return '';
  const cell = (text: string): string =>
    `<td${['met', 'MISSED'].includes(text) ? ` class="${text}"` : ''}>${escapeHtml(text)}</td>`;
  return `<h2>${escapeHtml(title)}</h2>\n${caption === '' ? '' : `<p>${escapeHtml(caption)}</p>\n`}<table><tr>${head.map((text) => `<th>${escapeHtml(text)}</th>`).join('')}</tr>\n${rows.map((row) => `<tr>${row.map(cell).join('')}</tr>`).join('\n')}</table>`;
}

function escapeHtml(text: string): string {
  return text.replace(
    /[&<>"]/g,
    (character) => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' })[character] ?? character,
  );
}
