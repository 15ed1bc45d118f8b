import { readFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { range } from 'd3-array';
import { cpuNanoseconds } from '../../ffi/cpu-time.js';
import { nobody, openMonitoredChain } from './monitored-chain.js';
import type { Crowd } from './monitor-costs-program.js';

const rounds = 20;
/** A user has a limited number of requests a second. */
const betweenRequestsMs = 50;
const idleSeconds = 10;
/** Of a device. */
const queues = 50;

/** A chain of so many functions, each of which sends to the next. */
const chainOf = (functions: number): string =>
  [
    'chain: web',
    'functions:',
    ...range(functions).map((index) => {
      const to = index + 1 < functions ? `f${index + 1}` : '';
      const place = `device: d${Math.floor(index / queues)}, queue: ${index % queues}`;
      return `  f${index}: { ${place}, user: ${nobody}, frames: 256, ring: 64, to: [${to}] }`;
    }),
    '',
  ].join('\n');

/** What a chain of so many functions takes the monitor. */
export async function measureCrowd(functions: number): Promise<Crowd> {
  const text = chainOf(functions);
  await using chain = await openMonitoredChain(text);
  const spent = async (work: () => Promise<void>): Promise<number> => {
    const before = cpuNanoseconds(chain.pid);
    await work();
    return cpuNanoseconds(chain.pid) - before;
  };
  const mean = async (request: () => Promise<unknown>): Promise<number> => {
    const all = await spent(async () => {
      for (let round = 0; round < rounds; round++) {
        await request();
        await delay(betweenRequestsMs);
      }
    });
    return all / rounds;
  };
  await chain.apply(text);
  const joined = await spent(async () => {
    for (const index of range(functions).toReversed()) await chain.start(`f${index}`);
  });
  return {
    functions,
    join: joined / functions,
    status: await mean(chain.status),
    apply: await mean(() => chain.apply(text)),
    idle: (await spent(() => delay(idleSeconds * 1000))) / idleSeconds,
    memory: ownMemory(chain.pid),
  };
}

/** Resident and not of files, in bytes. */
function ownMemory(pid: number): number {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  return Number(/^RssAnon:\s+(\d+) kB$/m.exec(status)?.[1]) * 1024;
}
