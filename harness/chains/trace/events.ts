/** A line of a trace. */
export interface TraceEvent {
  readonly seconds: number;
  readonly cpu: number;
  readonly thread: number;
  /** As in `flash_stall`. */
  readonly name: string;
  readonly fields: Readonly<Record<string, string>>;
}

/** Events that were lost because nobody read them in time. */
export interface LostEvents {
  readonly lost: number;
}

const eventLine = /^\s*.+-(\d+)\s+\[(\d+)\]\s+\S+\s+([\d.]+): (\w+): (.*)$/;
const lostLine = /\[LOST (\d+) EVENTS\]/;

export function parseTrace(text: string): readonly (TraceEvent | LostEvents)[] {
  return text.split('\n').flatMap((line): (TraceEvent | LostEvents)[] => {
    const lost = lostLine.exec(line)?.[1];
    if (lost !== undefined) return [{ lost: Number(lost) }];
    const [, thread, cpu, seconds, name, fields] = eventLine.exec(line) ?? [];
    if (name === undefined || fields === undefined) return [];
    const event = { seconds: Number(seconds), cpu: Number(cpu), thread: Number(thread) };
    return [{ ...event, name, fields: parseFields(fields) }];
  });
}

function parseFields(text: string): Readonly<Record<string, string>> {
  return Object.fromEntries([...text.matchAll(/(\w+)=(\{[^}]*\}|\S+)/g)].map(([, name, value]) => [name, value]));
}

/** The ids in `{0x2,0xffffffff}`, -1 for a target that has left. */
export function parseTargets(text: string): readonly number[] {
  return [...text.matchAll(/0x([0-9a-f]+)/g)].map(([, hex = '']) => Number.parseInt(hex, 16) | 0);
}
