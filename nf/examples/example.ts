import { parseArgs, type ParseArgsConfig } from 'node:util';
import { FlashError, joinChain, openPort, type Port } from '../typescript/index.js';

/** What the examples in TypeScript have in common: where a function is, when it ends, and what it says. */
export interface Example<Settings> {
  readonly name: string;
  /** What else it takes, as in a usage line. */
  readonly usage: string;
  readonly options: Options;
  /** Throws a TypeError for what cannot be. */
  readonly read: (values: Values) => Settings;
  /** Works until `stop` is aborted or the function is to leave. */
  readonly work: (port: Port, settings: Settings, stop: AbortSignal) => Promise<void>;
}

type Options = NonNullable<ParseArgsConfig['options']>;
export type Values = Readonly<Record<string, string | boolean | undefined>>;

const place = {
  device: { type: 'string' },
  queue: { type: 'string' },
  xdp: { type: 'string' },
  chain: { type: 'string' },
  function: { type: 'string' },
  monitor: { type: 'string' },
} as const;
const placeUsage = '--device NAME [--queue N] --xdp OBJECT | --chain NAME --function NAME [--monitor PATH]';
const queueWaitMs = 2000;
/** What was taken in is sent, but a chain that stands still is not waited for. */
const lastPacketsMs = 1000;
const exitCodes = { failure: 1, usage: 2 } as const;

/** Runs it with what is on the command line. It says `ready` when packets can come, and at its end what it did. */
export async function runExample<Settings>(example: Example<Settings>): Promise<void> {
  const stop = new AbortController();
  for (const signal of ['SIGTERM', 'SIGINT']) process.on(signal, () => stop.abort());
  let port: Port | undefined;
  try {
    const values = readValues(example.options);
    const settings = example.read(values);
    port = await openPlace(values);
    process.stdout.write('ready\n');
    await example.work(port, settings, stop.signal);
    await sendTheLast(port);
    report(port);
  } catch (error) {
    const { message, exitCode } = explain(error, example.name, example.usage);
    process.stderr.write(`${example.name}: ${message}\n`);
    process.exitCode = exitCode;
  } finally {
    port?.close();
  }
}

function readValues(options: Options): Values {
  const { values } = parseArgs({ options: { ...place, ...options } as Options });
  const read = values as Values;
  if ((read['device'] === undefined) === (read['chain'] === undefined || read['function'] === undefined))
    throw new TypeError('say either a device, or a chain and a function');
  numberOf(read, 'queue');
  return read;
}

/** A number of the command line that is 0 or more. */
export function numberOf(values: Values, name: string, usual = 0): number {
  const text = values[name] ?? String(usual);
  const number = Number(text);
  if (text === '' || !Number.isSafeInteger(number) || number < 0) throw new TypeError(`--${name} ${text} is no number`);
  return number;
}

async function openPlace(values: Values): Promise<Port> {
  const text = (name: string): string => String(values[name] ?? '');
  const { device, xdp, monitor } = values;
  if (device === undefined) {
    const wanted = { chain: text('chain'), function: text('function'), queueWaitMs };
    return await joinChain({ ...wanted, ...(monitor !== undefined && { monitor: text('monitor') }) });
  }
  return await openPort({
    ...{ device: text('device'), queue: numberOf(values, 'queue'), queueWaitMs },
    ...(xdp !== undefined && { redirect: { object: text('xdp') } }),
  });
}

async function sendTheLast(port: Port): Promise<void> {
  const end = performance.now() + lastPacketsMs;
  while (port.pending() > 0 && performance.now() < end) await port.wait({ timeoutMs: 1 });
}

function report(port: Port): void {
  const { rxPackets, txPackets, txFull, kicks, sleeps, busyWaits, kernel } = port.stats();
  const said = {
    ...{ received: rxPackets, sent: txPackets, full: txFull, kicks, sleeps, busyWaits },
    ...{ held: port.frames().held, refused: kernel.txInvalid },
  };
  process.stdout.write(`${JSON.stringify(said)}\n`);
}

function explain(error: unknown, name: string, usage: string): { readonly message: string; readonly exitCode: number } {
  if (error instanceof FlashError) {
    const { advice } = error.details;
    return {
      message: advice === undefined ? error.message : `${error.message}\n  ${advice}`,
      exitCode: exitCodes.failure,
    };
  }
  if (error instanceof TypeError)
    return { message: `${error.message}\nusage: ${name} ${placeUsage}\n\t${usage}`, exitCode: exitCodes.usage };
  return { message: error instanceof Error ? error.message : String(error), exitCode: exitCodes.failure };
}
