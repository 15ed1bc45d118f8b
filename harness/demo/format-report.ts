import { sum } from 'd3-array';
import { formatTable } from '../host/table.js';
import type { ChainReport, WireReport } from './report.js';

/** What a run ends with: what moved on every hop, where it was dropped, and whether it adds up. */
export function formatReport(report: ChainReport): string {
  const { traffic, umems } = report;
  return [
    formatTable(['hop', 'packets', 'bytes', 'how', 'dropped'], [...hopRows(report)]),
    socketTable(report),
    `ping   ${traffic.ping.sent} sent, ${traffic.ping.lost} lost`,
    `UDP    ${traffic.udp.sent} sent, ${traffic.udp.received} received, ${traffic.udp.filtered} filtered by nf2`,
    `TCP    ${traffic.tcp.bytes} bytes in ${traffic.tcp.seconds.toFixed(1)} s, ${formatMegabits(traffic.tcp)} Mbit/s, SHA-256 ${traffic.tcp.sha256ok ? 'right' : 'WRONG'}`,
    ...carriedLines(report),
    ...umems.map(
      ({ umem, frames, start, end }) =>
        `UMEM ${umem} ${frames} frames, ${start} accounted for at the start, ${end} at the end`,
    ),
    ...report.problems.map((problem) => `PROBLEM  ${problem}`),
    report.ok ? 'every packet and every frame is accounted for' : `${report.problems.length} thing(s) do not add up`,
  ].join('\n');
}

/** The same in a few words. */
export function summarizeReport({ hops, wires }: Pick<ChainReport, 'hops' | 'wires'>): string {
  const dropped = [...hops.map((hop) => hop.dropped), ...wires.flatMap(({ drops }) => Object.values(drops))];
  return `${sum(hops, ({ redirected }) => redirected)} redirected, ${sum(dropped)} dropped`;
}

function formatMegabits({ bytes, seconds }: ChainReport['traffic']['tcp']): string {
  return ((8 * bytes) / Math.max(seconds, 0.001) / 1e6).toFixed(1);
}

function hopRows({ hops, wires }: ChainReport): string[][] {
  const isForward = (name: string): boolean => name.endsWith('.forward');
  const hopRow = (forward: boolean): string[][] =>
    hops
      .filter(({ from }) => isForward(from) === forward)
      .map(({ from, to, redirected, copied, dropped, bytes }) => {
        const how = copied === 0 ? 'zero-copy' : copied === redirected ? 'copied' : `${copied} copied`;
        return [`${from} => ${to}`, String(redirected), String(bytes), how, String(dropped)];
      });
  const [toFirst, fromLast, toFirstBack, fromLastBack] = wires.map(wireRow);
  return [toFirst, ...hopRow(true), fromLast, toFirstBack, ...hopRow(false), fromLastBack].filter(
    (row) => row !== undefined,
  );
}

/** A frame on a wire that nobody sent there was redirected and should not be there. */
function carriedLines({ nic, carried }: ChainReport): string[] {
  if (nic === undefined) return [];
  const counts = carried.map(({ from, to, frames, sent }) => `${from} > ${to} ${frames} (${sent} sent)`);
  return [`wires  as the ${nic} models count, ${counts.join(', ')}`];
}

function wireRow({ from, to, packets, bytes, drops }: WireReport): string[] {
  const causes = Object.entries(drops).map(([cause, count]) => `${count} ${cause}`);
  return [`${from} > ${to}`, String(packets), String(bytes), 'wire', causes.length === 0 ? '0' : causes.join(', ')];
}

function socketTable({ sockets }: ChainReport): string {
  const names = [...new Set(sockets.flatMap(({ stats }) => Object.keys(stats)))];
  const shown = names.filter((name) => sockets.some(({ stats }) => stats[name] !== 0));
  const rows = sockets.map(({ name, flashId, umem, rxPackets, txPackets, filteredPackets, stats }) => [
    ...[name, String(flashId), String(umem), String(rxPackets), String(txPackets), String(filteredPackets)],
    ...shown.map((stat) => String(stats[stat] ?? 0)),
  ]);
  return formatTable(['socket', 'id', 'umem', 'rx', 'tx', 'filtered', ...shown], rows);
}
