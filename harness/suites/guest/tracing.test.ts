import test from 'ava';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { clearRoute, setRoute } from '../../flash/registry.js';
import { run } from '../../process/run.js';
import { countFrom, flashId, openPair } from './routed-pair.js';
import { fill, send } from './test-packets.js';

const tracing = '/sys/kernel/tracing';
const write = (file: string, text: string): void => writeFileSync(join(tracing, file), text);

/** The events of FLASH while some work is done, as `event: fields`. */
async function traced(work: () => void): Promise<string[]> {
  if (!existsSync(join(tracing, 'trace'))) await run('mount', ['-t', 'tracefs', 'tracefs', tracing]);
  write('trace', '');
  write('events/flash/enable', '1');
  try {
    work();
  } finally {
    write('events/flash/enable', '0');
  }
  const lines = readFileSync(join(tracing, 'trace'), 'utf8').split('\n');
  return lines.flatMap((line) => /\b(flash_\w+: .*)$/.exec(line)?.[1] ?? []);
}

test.serial('the tracepoints tell of routes, redirects and stalls', async (t) => {
  await using pair = await openPair({ sharedUmem: true, route: false, source: { completionSize: 16 } });
  const [source, target] = [flashId(pair.source), flashId(pair.target)];
  fill(pair.target, 30);
  send(pair.source, countFrom(0, 20));

  const events = await traced(() => {
    setRoute(source, [target, target]);
    pair.source.kick();
    clearRoute(source);
  });

  const hex = `0x${target.toString(16)}`;
  t.deepEqual(events, [
    `flash_route: source=${source} targets={${hex},${hex}}`,
    `flash_stall: source=${source} cause=cq_full`,
    `flash_redirect: source=${source} target=${target} moved=16 asked=20`,
    `flash_route: source=${source} targets={}`,
  ]);
});
