import type { Spread } from './state.js';

/** `ethtool -g` and `-l`: what is set now, by the word that sets it. What a driver has not got is left out. */
export function parseCurrent(text: string): Readonly<Record<string, number>> {
  const [, current = ''] = text.split(/^Current hardware settings:$/m);
  return Object.fromEntries(
    [...current.matchAll(/^([A-Za-z -]+):\s+(\d+)$/gm)].map(([, name = '', value]) => [
      name.toLowerCase().replaceAll(' ', '-'),
      Number(value),
    ]),
  );
}

/** `ethtool -g` and `-l`: the most there can be. */
export function parseMaximums(text: string): Readonly<Record<string, number>> {
  const [before = '', after = ''] = text.split(/^Current hardware settings:$/m);
  return after === '' ? {} : parseCurrent(`Current hardware settings:\n${before}`);
}

/** `ethtool -k`: what can be switched. */
export function parseFeatures(text: string): Readonly<Record<string, boolean>> {
  return Object.fromEntries(
    [...text.matchAll(/^\s*([\w-]+): (on|off)(?: \[requested (on|off)\])?$/gm)].map(
      ([, name = '', now, requested = now]) => [name, requested === 'on'],
    ),
  );
}

/** `ethtool -c`: every value by the word that sets it. */
export function parseCoalescing(text: string): Readonly<Record<string, string>> {
  const numbers = [...text.matchAll(/^([a-z][\w-]*):\s+(\d+)$/gm)].map(
    ([, name = '', value = '']) => [name, value] as const,
  );
  const adaptive = (['RX', 'TX'] as const).flatMap((way) => {
    const value = new RegExp(`\\b${way}: (on|off)\\b`).exec(/^Adaptive .*$/m.exec(text)?.[0] ?? '')?.[1];
    return value === undefined ? [] : [[`adaptive-${way.toLowerCase()}`, value] as const];
  });
  return Object.fromEntries([...adaptive, ...numbers]);
}

/** `ethtool -a` and `--show-priv-flags`: switches, one a line. */
export function parseSwitches(text: string): Readonly<Record<string, boolean>> {
  return Object.fromEntries(
    [...text.matchAll(/^(\S[^:\n]*?)\s*:\s+(on|off)$/gm)].map(([, name = '', value]) => [name, value === 'on']),
  );
}

/** `ethtool -x`: which queue each hash leads to, and the key of the hash. */
export function parseSpread(text: string): Spread | undefined {
  const rows = [...text.matchAll(/^\s*\d+:((?:\s+\d+)+)$/gm)].map(([, row = '']) => row);
  const table = rows.flatMap((row) => row.trim().split(/\s+/).map(Number));
  const key = /^((?:[0-9a-f]{2}:)+[0-9a-f]{2})$/m.exec(text)?.[1];
  if (table.length === 0) return undefined;
  return key === undefined ? { table } : { table, key };
}

/** The words that have `ethtool -X` make a table; undefined if it has none for this one. */
export function spreadWords({ table }: Pick<Spread, 'table'>): readonly string[] | undefined {
  const queues = Math.max(...table) + 1;
  if (table.every((queue, index) => queue === index % queues)) return ['equal', String(queues)];
  // Weights fill the table from its start: each queue has one stretch, in order.
  if (!table.every((queue, index) => index === 0 || queue >= (table[index - 1] ?? 0))) return undefined;
  const weights = Array.from({ length: queues }, (_, queue) => table.filter((each) => each === queue).length);
  return ['weight', ...weights.map(String)];
}

/** The driver and the address that `ethtool -i` names. */
export function parseDriver(text: string): { readonly driver?: string; readonly address?: string } {
  const [, driver] = /^driver: (\S+)$/m.exec(text) ?? [];
  const [, address] = /^bus-info: ([0-9a-f]{4}:[0-9a-f]{2}:[0-9a-f]{2}\.[0-7])$/m.exec(text) ?? [];
  return { ...(driver !== undefined && { driver }), ...(address !== undefined && { address }) };
}
