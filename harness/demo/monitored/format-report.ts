import { formatTable } from '../../host/table.js';
import type { ChainFileReport, Without } from './report.js';

const head = ['function', 'user', 'device and queue', 'to', 'received', 'sent', 'while nobody is it'];

/** What a run of a chain file ends with. */
export function formatChainFileReport({ ok, problems, functions, devices, packets }: ChainFileReport): string {
  return [
    formatTable(
      head,
      functions.map(({ name, user, place, to, received, sent, without }) => [
        ...[name, user, place, to.join(', ') || 'the wire', String(received), String(sent), describeWithout(without)],
      ]),
    ),
    ...devices.map(({ name, received, sent }) => `${name} received ${received} packets and sent ${sent}`),
    `${packets.sent} packets sent: ${packets.arrived} arrived, ${packets.dropped} dropped and ${packets.host} left to the host as the file says`,
    ...problems.map((problem) => `PROBLEM  ${problem}`),
    ok ? 'every packet went where the file says' : `${problems.length} thing(s) are not as the file says`,
  ].join('\n');
}

function describeWithout({ wire, waits, dropped, host }: Without): string {
  const parts = [
    [wire, 'pass'],
    [waits, 'wait for it'],
    [dropped, 'dropped'],
    [host, 'to the host'],
  ] as const;
  return parts
    .filter(([count]) => count > 0)
    .map(([count, what]) => `${count} ${what}`)
    .join(', ');
}
