import * as z from 'zod';

const numbers = z.record(z.string(), z.number());
const texts = z.record(z.string(), z.string());
const switches = z.record(z.string(), z.boolean());

const addressSchema = z.object({
  /** With the length of its prefix. */
  address: z.string(),
  broadcast: z.string().optional(),
  scope: z.string(),
  label: z.string().optional(),
  /** Seconds it is valid and preferred, if not for ever. */
  lifetimes: z.tuple([z.number(), z.number()]).optional(),
});

/** How receive queues share what comes in. */
const spreadSchema = z.object({ table: z.array(z.number()).readonly(), key: z.string().optional() });

/** All of a port that a run may change, as it was. */
export const portStateSchema = z.object({
  /** As the inventory calls it. */
  port: z.string(),
  name: z.string(),
  mac: z.string(),
  pciAddress: z.string().optional(),
  driver: z.string().optional(),
  up: z.boolean(),
  mtu: z.number(),
  txQueueLength: z.number().optional(),
  promiscuous: z.boolean(),
  allMulticast: z.boolean(),
  /** There was none but what runs attach, so it says only whether there is one. */
  hasXdpProgram: z.boolean(),
  addresses: z.array(addressSchema).readonly(),
  /** As `ip route show` prints them, with IPv6 after IPv4. */
  routes: z.tuple([z.array(z.string()).readonly(), z.array(z.string()).readonly()]),
  channels: numbers,
  rings: numbers,
  features: switches,
  coalescing: texts,
  pause: switches,
  privateFlags: switches,
  spread: spreadSchema.optional(),
  /** Files below the device in sysfs: queues, NAPI, virtual functions. */
  files: texts,
  /** By what the interrupt is called: which processors may serve it. */
  interrupts: texts,
});

export type PortState = Readonly<z.infer<typeof portStateSchema>>;
export type PortAddress = Readonly<z.infer<typeof addressSchema>>;
export type Spread = Readonly<z.infer<typeof spreadSchema>>;

/** What differs between two states, one line for each thing. */
export function differences(wanted: PortState, found: PortState): readonly string[] {
  const lines: string[] = [];
  for (const [what, value] of Object.entries(wanted)) {
    const other: unknown = found[what as keyof PortState];
    if (isRecord(value) && isRecord(other)) {
      for (const [key, each] of Object.entries(value)) note(lines, `${what} ${key}`, each, other[key]);
    } else {
      note(lines, what, comparable(what, value), comparable(what, other));
    }
  }
  return lines;
}

function note(lines: string[], what: string, wanted: unknown, found: unknown): void {
  const [was, is] = [JSON.stringify(wanted), JSON.stringify(found) ?? 'gone'];
  if (was !== is) lines.push(`${what} was ${was} and is ${is}`);
}

/** Lifetimes run out meanwhile, and lists have no order. */
function comparable(what: string, value: unknown): unknown {
  if (what === 'addresses') return (value as PortState['addresses']).map(({ address }) => address).sort();
  if (what === 'routes') return (value as PortState['routes']).map((each) => [...each].sort());
  return value;
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
