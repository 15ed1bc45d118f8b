import type { Command } from 'commander';
import { placeLabel, socketLabel, type SocketFacts } from '../../chains/facts.js';
import { selectSocket } from '../../chains/select.js';
import { clearRouteOf, setRouteTo } from '../../chains/set-route.js';
import { lookOnce, printJson, verb, type VerbOptions } from './verb.js';

export function addRoute(flash: Command): void {
  const route = flash.command('route').description('set where a socket sends, or clear that');
  verb(route, 'set')
    .description('send what a socket puts on TX to one or more others, which get the indices 0, 1, ...')
    .argument('<source>', 'a socket: ID, ID@COOKIE, PROGRAM or PROGRAM/DEVICE:QUEUE')
    .argument('<target...>', 'likewise')
    .action(async (source: string, targets: readonly string[], { json }: VerbOptions) => {
      const snapshot = await lookOnce();
      const from = selectSocket(snapshot, source);
      const to = targets.map((target) => selectSocket(snapshot, target));
      setRouteTo(from, to);
      if (json) printJson(routeRecord(from, to));
      else console.log(`${socketLabel(from)} -> ${to.map(socketLabel).join(', ')}`);
    });
  verb(route, 'clear')
    .description('have sockets send on their devices again')
    .argument('<source...>', 'likewise')
    .action(async (sources: readonly string[], { json }: VerbOptions) => {
      const snapshot = await lookOnce();
      const cleared = sources.map((source) => selectSocket(snapshot, source));
      for (const from of cleared) clearRouteOf(from);
      if (json) printJson(cleared.map((from) => routeRecord(from, [])));
      else
        for (const from of cleared)
          console.log(`${socketLabel(from)} -> device ${placeLabel(from).replace(/:\d+$/, '')}`);
    });
}

function routeRecord(source: SocketFacts, targets: readonly SocketFacts[]): unknown {
  const key = ({ id, cookie }: SocketFacts): unknown => ({ id, cookie });
  return { source: key(source), targets: targets.map(key) };
}
