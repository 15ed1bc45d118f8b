import { medianRatio, show } from './figure.js';
import type { Report } from './schema.js';

/** What the code of the series costs, compiled in user space, as the report and the command show it. */
export interface NativeTable {
  readonly title: string;
  readonly caption: string;
  readonly head: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

export function nativeTables(report: Report): NativeTable[] {
  return [lockTable(report), heldTable(report), redirectTable(report)].filter(({ rows }) => rows.length > 0);
}

/** The same work of the same threads on both kinds of ring. */
function pairsOf<Row extends Pick<Report['held'][number], 'ring' | 'threads' | 'batch'>>(
  rows: readonly Row[],
): { readonly cas: Row; readonly lock: Row }[] {
  return rows
    .filter(({ ring }) => ring === 'flash')
    .flatMap((cas) => {
      const lock = rows.find(
        ({ ring, threads, batch }) => ring === 'locked' && threads === cas.threads && batch === cas.batch,
      );
      return lock === undefined ? [] : [{ cas, lock }];
    });
}

/** More than there are processors measure preemption, which the kernel does not have there. */
const threadsText = (threads: number, { conditions: { hostCpus } }: Report): string =>
  threads > hostCpus ? `${threads}: preemption` : String(threads);

function lockTable(report: Report): NativeTable {
  const rows = pairsOf(report.rings.filter(({ object }) => object === 'descriptor'));
  return {
    title: 'Compare-and-swap or a lock',
    caption:
      'TSC cycles an object that goes once in and once out: every thread is a producer and a consumer. ' +
      'CAS is the shared ring of the series, lock the plain ring of the base kernel under a queued spinlock on each side. ' +
      `Threads beyond the ${report.conditions.hostCpus} processors measure preemption: compare those within a row alone. ` +
      'Runs in which other programs took more than a twentieth of the processors, or a quarter of those, do not count, ' +
      'unless there was no other.',
    head: ['producers', 'bulk', 'CAS', 'lock', 'lock : CAS'],
    rows: rows.map(({ cas, lock }) => [
      threadsText(cas.threads, report),
      String(cas.batch),
      show(cas.cyclesPerObject),
      show(lock.cyclesPerObject),
      medianRatio(lock.cyclesPerObject, cas.cyclesPerObject)?.toFixed(2) ?? '-',
    ]),
  };
}

function heldTable(report: Report): NativeTable {
  const holdUs = report.held[0]?.holdUs;
  return {
    title: 'A producer preempted between reserving and publishing',
    caption:
      `One producer of each run sleeps for ${holdUs} us every 5 ms, with its objects written and not published or with the lock: ` +
      'how much the others move, of what they do without, and the longest that one of them took for 64 rounds, without and with.',
    head: ['producers', 'bulk', 'CAS: others move, %', 'longest, us', 'lock: others move, %', 'longest, us'],
    rows: pairsOf(report.held).map(({ cas, lock }) => [
      threadsText(cas.threads, report),
      String(cas.batch),
      ...[cas, lock].flatMap(({ othersShare, longestWaitUnheldUs, longestWaitUs }) => [
        show(othersShare, 100),
        `${show(longestWaitUnheldUs)}; ${show(longestWaitUs)}`,
      ]),
    ]),
  };
}

function redirectTable({ redirects }: Report): NativeTable {
  const batches = [...new Set(redirects.map(({ batch }) => batch))];
  const hops = [...new Set(redirects.map(({ hop, packetBytes }) => `${hop}, ${packetBytes} bytes`))];
  return {
    title: 'A hop in xsk_redirect_batch()',
    caption:
      'TSC cycles per packet, a batch to a call, from TX of the source to RX of the target and back to its completion ring, ' +
      'on one processor that has all of it in its caches. Without the system call, the claim of the source and ' +
      'what switches interrupts off and on.',
    head: ['batch', ...batches.map(String)],
    rows: hops.map((what) => [
      what,
      ...batches.map((batch) => {
        const found = redirects.find(
          (each) => each.batch === batch && `${each.hop}, ${each.packetBytes} bytes` === what,
        );
        return found === undefined ? '-' : show(found.cyclesPerPacket);
      }),
    ]),
  };
}
