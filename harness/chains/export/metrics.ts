import { Counter, Gauge, Registry } from 'prom-client';
import { placeLabel, ringNames, type Snapshot, type SocketFacts } from '../facts.js';
import { listUmems } from '../frames.js';

const labels = ['id', 'cookie', 'program', 'pid', 'place'] as const;

/** What is exported, with its meaning; a name that ends in _total counts up. */
export const metrics = {
  redirected: 'flash_redirected_descriptors_total',
  copied: 'flash_copied_descriptors_total',
  stalls: 'flash_stalls_total',
  drops: 'flash_dropped_packets_total',
  wakeups: 'flash_wakeups_total',
  ringUsed: 'flash_ring_used_entries',
  ringSize: 'flash_ring_size_entries',
  route: 'flash_route_info',
  umemFrames: 'flash_umem_frames',
} as const;

/** The figures of a look in the text format of Prometheus. */
export function formatMetrics(snapshot: Snapshot): Promise<string> {
  const registry = new Registry();
  const registers = [registry];
  const counter = (name: string, help: string, more: readonly string[] = []): Counter =>
    new Counter({ name, help, labelNames: [...labels, ...more], registers });
  const gauge = (name: string, help: string, labelNames: readonly string[]): Gauge =>
    new Gauge({ name, help, labelNames, registers });
  const simple = [
    ['redirected', counter(metrics.redirected, 'Descriptors that the target of a socket got')],
    ['copied', counter(metrics.copied, 'Those of them that were copied from one UMEM to another')],
    ['wakeups', counter(metrics.wakeups, 'Times that a sleeping source was woken')],
  ] as const;
  const byCause = [
    ['stall_', counter(metrics.stalls, 'Batches cut short, by what had no room', ['cause'])],
    ['drop_', counter(metrics.drops, 'Packets completed without being delivered, by cause', ['cause'])],
  ] as const;
  const used = gauge(metrics.ringUsed, 'Entries on a ring', [...labels, 'ring']);
  const size = gauge(metrics.ringSize, 'Entries that a ring can hold', [...labels, 'ring']);
  const route = gauge(metrics.route, 'A target of a socket; the value is 1 while it is there', [
    ...labels,
    'index',
    'target',
  ]);
  const frames = gauge(metrics.umemFrames, 'Frames of a UMEM by where they are', ['umem', 'where']);

  for (const socket of snapshot.sockets) {
    const own = labelsOf(socket);
    for (const [stat, metric] of simple) metric.inc(own, socket.stats[stat] ?? 0);
    for (const [prefix, metric] of byCause) {
      for (const [name, value] of Object.entries(socket.stats).filter(([each]) => each.startsWith(prefix)))
        metric.inc({ ...own, cause: name.slice(prefix.length) }, value);
    }
    for (const ring of ringNames) {
      const facts = socket.rings[ring];
      if (facts === undefined) continue;
      used.set({ ...own, ring }, facts.used);
      size.set({ ...own, ring }, facts.size);
    }
    for (const [index, target] of socket.route.entries())
      route.set({ ...own, index: String(index), target: String(target?.id ?? -1) }, target === null ? 0 : 1);
  }
  for (const { umem, frames: _count, programs: _programs, ...places } of listUmems(snapshot)) {
    for (const [where, count] of Object.entries(places))
      if (typeof count === 'number') frames.set({ umem: String(umem), where }, count);
  }
  return registry.metrics();
}

function labelsOf(socket: SocketFacts): Record<(typeof labels)[number], string> {
  const { id, cookie, program, pid } = socket;
  return { id: String(id), cookie, program, pid: String(pid), place: placeLabel(socket) };
}
