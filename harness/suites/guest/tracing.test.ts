import test from 'ava';
import { clearRoute, setRoute } from '../../flash/registry.js';
import { countFrom, flashId, openPair } from './support/routed-pair.js';
import { fill, send } from './support/test-packets.js';
import { tracedLines } from './support/traced.js';

test.serial('the tracepoints tell of routes, redirects and stalls', async (t) => {
  await using pair = await openPair({ sharedUmem: true, route: false, source: { completionSize: 16 } });
  const [source, target] = [flashId(pair.source), flashId(pair.target)];
  fill(pair.target, 30);
  send(pair.source, countFrom(0, 20));

  const events = await tracedLines(undefined, () => {
    setRoute(source, [target, target]);
    pair.source.kick();
    clearRoute(source);
  });

  const hex = `0x${target.toString(16)}`;
  // A source that stalls is looked at again and again until its route is cleared.
  t.deepEqual(
    [...new Set(events.map(({ text }) => text).filter((text) => !text.includes('moved=0')))],
    [
      `flash_route: source=${source} targets={${hex},${hex}}`,
      `flash_stall: source=${source} target=${target} cause=cq_full`,
      `flash_redirect: source=${source} target=${target} moved=16 asked=20`,
      `flash_route: source=${source} targets={}`,
    ],
  );
});
