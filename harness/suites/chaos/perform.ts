import { message, pollEvent } from '../../ffi/libc.js';
import { testbed } from '../guest/support/testbed.js';
import { closable, doomed, program, type Step } from './steps.js';
import type { World } from './world.js';

/** koffi waits in threads of which Node.js has four, and needs one for other things. */
const mostAsleep = 3;

/** Whether something is there to be routed to. */
function isThere({ state }: World, number: number): boolean {
  if (number === doomed) return state.deviceThere;
  return number !== program || (state.programThere && state.deviceThere);
}

/** Does a step, if it makes sense by now. Returns what is wrong with what came of it, if something is. */
export async function perform(
  world: World,
  { op, end: number = -1, n = 0, route = [] }: Step,
): Promise<string | undefined> {
  const end = world.ends.get(number);
  const { state } = world;
  const asleep = [...world.ends.values()].filter((each) => each.asleep() !== undefined).length;
  switch (op) {
    case 'send':
      // What is on no route goes to the wire, and is not what this is about.
      if (world.routes.has(number)) end?.send(n, world.routes.get(number)?.length ?? 1);
      return undefined;
    case 'drain':
      end?.drain(n);
      return undefined;
    case 'refill':
      end?.refill(n);
      return undefined;
    case 'reclaim':
      end?.refill(0);
      return undefined;
    case 'kick':
      end?.kick();
      return undefined;
    case 'receive':
      end?.socket.receive(message.more);
      return undefined;
    case 'poll':
      end?.socket.poll(pollEvent.in | pollEvent.out, 0);
      return undefined;
    case 'sleep':
      if (isThere(world, number) && asleep < mostAsleep) await end?.sleep(n === 0 ? 'readable' : 'writable');
      return undefined;
    case 'route':
    case 'clear': {
      if (!isThere(world, number) || !route.every((target) => isThere(world, target))) return undefined;
      // Packets that are left would go to the wire.
      if (op === 'clear' && (end?.socket.rings.tx.count() ?? 0) > 0) return undefined;
      const outcome = world.route(number, route);
      return outcome === 'ok' ? undefined : `the route was refused with ${outcome}`;
    }
    case 'link':
      await world.setLink(n === 1);
      return undefined;
    case 'close':
      // Some drivers have no queue while they are down that could take the frames of the new socket.
      if (testbed.zeroCopy && !state.linkUp) return undefined;
      if (world.ends.get(closable)?.asleep() === undefined) await world.reopen(closable);
      return undefined;
    case 'delete':
      // Who sleeps on a socket without a device would never wake, as upstream.
      if (state.deviceThere && world.ends.get(doomed)?.asleep() === undefined) await world.deleteDevice();
      return undefined;
    case 'kill':
      if (state.programThere) await world.kill();
      return undefined;
    case 'reset':
      if (testbed.zeroCopy) await world.reset();
      return undefined;
    case 'quiet':
      return undefined;
  }
}
