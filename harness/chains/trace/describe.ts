import { deviceLabel, printable, socketLabel, type DeviceFacts, type SocketFacts } from '../facts.js';
import { parseTargets, type TraceEvent } from './events.js';
import type { SelectedEvent } from './follow-trace.js';

/** What an event is about, for people. */
export function describeEvent(
  { event, devices }: SelectedEvent,
  { startSeconds, sockets, threadName }: DescribeOptions,
): string {
  if ('lost' in event) return `${event.lost} events were lost: they came faster than they could be read`;
  const label = (id: number): string => {
    const socket = sockets.find((each) => each.id === id);
    return socket === undefined ? (id < 0 ? 'nobody' : String(id)) : socketLabel(socket);
  };
  const when = (event.seconds - startSeconds).toFixed(6).padStart(11);
  const who = `${printable(threadName(event.thread))}-${event.thread}`;
  return `${when}  cpu ${event.cpu}  ${who.padEnd(16)} ${event.name.padEnd(16)} ${devices === undefined ? describeFields(event, label) : describeXdp(event, devices)}`;
}

interface DescribeOptions {
  readonly startSeconds: number;
  readonly sockets: readonly SocketFacts[];
  readonly threadName: (thread: number) => string;
}

function describeFields({ name, fields }: TraceEvent, label: (id: number) => string): string {
  const number = (field: string): number => Number(fields[field] ?? -1);
  const ends = `${label(number('source'))} -> ${label(number('target'))}`;
  if (name === 'flash_redirect') return `${ends}  ${fields['moved']} of ${fields['asked']} descriptors`;
  if (name === 'flash_stall') return `${ends}  ${fields['cause']}`;
  if (name === 'flash_route') {
    const targets = parseTargets(fields['targets'] ?? '');
    return `${label(number('source'))} -> ${targets.length === 0 ? 'its device' : targets.map(label).join(', ')}`;
  }
  return allFields(fields);
}

/** `n0 xdp_verdict  action=ABORTED ...`; several devices if it cannot be told which. */
function describeXdp({ fields }: TraceEvent, devices: readonly DeviceFacts[]): string {
  const { prog_id: id, ifindex, ...rest } = fields;
  const where = devices.length === 0 ? `#${ifindex}` : devices.map(deviceLabel).join(' or ');
  const name = devices.flatMap(({ xdp }) => xdp.filter((each) => String(each.id) === id))[0]?.name;
  return `${where} ${name ?? 'program'} ${id}  ${allFields(rest)}`;
}

function allFields(fields: TraceEvent['fields']): string {
  return Object.entries(fields)
    .map((field) => field.join('='))
    .join(' ');
}
