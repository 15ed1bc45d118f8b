import { readFileSync } from 'node:fs';
import type { Command } from 'commander';
import { deviceLabel } from '../../chains/facts.js';
import { createObserver } from '../../chains/observer.js';
import { selectSockets } from '../../chains/select.js';
import { describeEvent } from '../../chains/trace/describe.js';
import { enableEvents, readEvents, selectEvents, type SelectedEvent } from '../../chains/trace/follow-trace.js';
import { openTraceInstance } from '../../chains/trace/instance.js';
import { createDeviceFinder } from '../../chains/trace/xdp-devices.js';
import { startClock } from '../../host/duration.js';
import { printJson, someCount, someSeconds, verb, wait, type VerbOptions } from './verb.js';

interface Options extends VerbOptions {
  readonly seconds: number;
  readonly count: number;
}

const bufferKib = 1024;
const readEverySeconds = 0.1;

export function addTrace(flash: Command): void {
  verb(flash, 'trace')
    .description('print redirects, stalls, changes of routes and failures of XDP programs as they happen')
    .argument('[socket...]', 'only what is about these: ID, ID@COOKIE, PROGRAM or PROGRAM/DEVICE:QUEUE')
    .option('--seconds <n>', 'how long', someSeconds, Number.POSITIVE_INFINITY)
    .option('--count <n>', 'how many events', someCount, Number.POSITIVE_INFINITY)
    .action(async (names: readonly string[], { json, seconds, count }: Options) => {
      using observer = createObserver();
      const snapshot = await observer.look();
      const chosen = names.length === 0 ? undefined : names.flatMap((name) => selectSockets(snapshot, name));
      using instance = openTraceInstance(bufferKib);
      enableEvents(instance, chosen);
      const elapsed = startClock();
      const read = readEvents(instance);
      const findDevices = createDeviceFinder();
      const threadName = rememberNames();
      let startSeconds: number | undefined;
      for (let printed = 0; printed < count; ) {
        const ended = elapsed() >= seconds || !(await wait(Math.min(readEverySeconds, seconds)));
        const events = (await selectEvents(read(), chosen, findDevices)).slice(0, count - printed);
        const { sockets } = events.length === 0 ? snapshot : await observer.look();
        for (const each of events) {
          if ('seconds' in each.event) startSeconds ??= each.event.seconds;
          if (json) printJson(eventRecord(each), 0);
          else console.log(describeEvent(each, { startSeconds: startSeconds ?? 0, sockets, threadName }));
        }
        printed += events.length;
        if (ended) break;
      }
    });
}

function eventRecord({ event, devices }: SelectedEvent): unknown {
  return { ...event, ...(devices !== undefined && { devices: devices.map(deviceLabel) }) };
}

function rememberNames(): (thread: number) => string {
  const names = new Map<number, string>();
  return (thread) => {
    const name = names.get(thread) ?? readName(thread);
    names.set(thread, name);
    return name;
  };
}

function readName(thread: number): string {
  if (thread === 0) return 'idle';
  try {
    return readFileSync(`/proc/${thread}/comm`, 'utf8').trimEnd();
  } catch {
    return '?';
  }
}
