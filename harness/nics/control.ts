import * as z from 'zod';
import { FlashError } from '../errors.js';
import { nicModels } from './model.js';

/** Carries one command to flash-nics and brings the line it answers. */
export type Send = (command: string) => Promise<string>;

const pair = z.tuple([z.number(), z.number()]);
const port = z.object({
  port: z.number(),
  model: z.enum(nicModels),
  title: z.string(),
  socket: z.string(),
  mac: z.string(),
  /** QEMU has attached it. */
  connected: z.boolean(),
  link: z.boolean(),
  wire: z.number().nullable(),
});
const wire = z.object({
  wire: z.number(),
  ends: z.tuple([z.string(), z.string()]),
  link: z.boolean(),
  down: z.boolean(),
  hold: z.boolean(),
  dropEvery: z.number(),
  delayUs: z.number(),
  patienceUs: z.number(),
});
const counters = z.object({
  port: z.number(),
  counters: z.record(z.string(), z.number()),
  core: z.record(z.string(), z.number()),
});
const wireCounters = z.object({
  wire: z.number(),
  frames: pair,
  bytes: pair,
  dropped: pair,
  missed: pair,
  waiting: pair,
});

export type PortState = Readonly<z.infer<typeof port>>;
export type WireState = Readonly<z.infer<typeof wire>>;
/** The model's own counters, and those the core keeps for any model. */
export type PortCounters = Readonly<z.infer<typeof counters>>;
/** From the first end of the wire to the second, and back. */
export type WireCounters = Readonly<z.infer<typeof wireCounters>>;

/** What is done to one wire; each returns how it is afterwards. */
export interface WireControl {
  /** Takes the link of both ends away; what waits is lost. */
  readonly down: () => Promise<WireState>;
  readonly up: () => Promise<WireState>;
  /** Keeps all frames. */
  readonly hold: () => Promise<WireState>;
  /** Delivers what was held, and what follows. */
  readonly go: () => Promise<WireState>;
  /** Loses every n-th frame of each direction; 0: none. */
  readonly drop: (every: number) => Promise<WireState>;
  readonly delay: (delayUs: number) => Promise<WireState>;
  /** How long an end may take nothing before what waits for it is lost; 0: for ever. */
  readonly patience: (patienceUs: number) => Promise<WireState>;
  readonly counters: () => Promise<WireCounters>;
}

/** The emulated NICs and their wires, from the host and from within the guest alike. */
export interface NicControl {
  readonly ports: () => Promise<readonly PortState[]>;
  readonly counters: (port: number) => Promise<PortCounters>;
  readonly wires: () => Promise<readonly WireState[]>;
  readonly wire: (index: number) => WireControl;
}

export function controlNics(send: Send): NicControl {
  const ask = async <T>(command: string, schema: z.ZodType<T>): Promise<T> =>
    readReply(command, await send(command), schema);
  const change = async (command: string): Promise<WireState> => (await ask(command, z.object({ wire }))).wire;
  return {
    ports: async () => (await ask('ports', z.object({ ports: z.array(port) }))).ports,
    counters: (index) => ask(`counters ${index}`, counters),
    wires: async () => (await ask('wires', z.object({ wires: z.array(wire) }))).wires,
    wire: (index) => ({
      down: () => change(`wire ${index} down`),
      up: () => change(`wire ${index} up`),
      hold: () => change(`wire ${index} hold`),
      go: () => change(`wire ${index} go`),
      drop: (every) => change(`wire ${index} drop ${every}`),
      delay: (delayUs) => change(`wire ${index} delay ${delayUs}`),
      patience: (patienceUs) => change(`wire ${index} patience ${patienceUs}`),
      counters: () => ask(`wire ${index} counters`, wireCounters),
    }),
  };
}

const refusal = z.object({ ok: z.literal(false), error: z.string() });

export function readReply<T>(command: string, line: string, schema: z.ZodType<T>): T {
  const value = parseJson(line);
  const refused = refusal.safeParse(value).data;
  if (refused !== undefined)
    throw new FlashError('infrastructure', `the emulated NICs refused "${command}": ${refused.error}`);
  const reply = schema.safeParse(value);
  if (reply.success) return reply.data;
  throw new FlashError(
    'infrastructure',
    `the emulated NICs answered "${command}" with what is no answer to it: ${line.slice(0, 200)}`,
    { cause: reply.error },
  );
}

function parseJson(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}
