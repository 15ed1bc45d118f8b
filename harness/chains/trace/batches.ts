import { setTimeout as delay } from 'node:timers/promises';
import { FlashError } from '../../errors.js';
import type { Batches } from '../hops.js';
import { parseTrace } from './events.js';
import { openTraceInstance, type TraceInstance } from './instance.js';

export const batchEvent = 'flash/flash_redirect';
/** Holds a thousand batches; what is more than that replaces the older ones. */
export const batchBufferKib = 64;

/** For samples. Where nothing can be traced, it is undefined, and somebody is told why. */
export function openBatchTrace(
  sayWhyNot: (error: FlashError) => void,
  open = (): TraceInstance => openTraceInstance(batchBufferKib),
): TraceInstance | undefined {
  try {
    const instance = open();
    if (instance.has(batchEvent)) return instance;
    instance[Symbol.dispose]();
    throw new FlashError('infrastructure', `this kernel has no tracepoint ${batchEvent}`, {
      advice: 'build it with CONFIG_TRACEPOINTS',
    });
  } catch (error) {
    if (!(error instanceof FlashError)) throw error;
    sayWhyNot(error);
    return undefined;
  }
}

/** Traces what moves for a moment. */
export async function sampleBatches(instance: TraceInstance, windowMs: number): Promise<readonly Batches[]> {
  instance.enable(batchEvent, true);
  try {
    await delay(windowMs);
  } finally {
    instance.enable(batchEvent, false);
  }
  return countBatches(instance.drain());
}

export function countBatches(text: string): readonly Batches[] {
  const found = new Map<string, Batches>();
  for (const event of parseTrace(text)) {
    if ('lost' in event || event.name !== 'flash_redirect') continue;
    const { source = '', target = '', moved = '0' } = event.fields;
    if (moved === '0') continue;
    const before = found.get(`${source} ${target}`) ?? {
      source: Number(source),
      target: Number(target),
      count: 0,
      moved: 0,
    };
    found.set(`${source} ${target}`, { ...before, count: before.count + 1, moved: before.moved + Number(moved) });
  }
  return [...found.values()];
}
