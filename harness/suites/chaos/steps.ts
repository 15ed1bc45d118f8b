import type { Random } from './random.js';

/*
 *   one device                             a device of its own      a program of its own
 *   +--------------------------------+     +---------+              +---------------+
 *   | 0, 1: one UMEM     2: its own  |     | 3       |              | 4: a target   |
 *   +--------------------------------+     +---------+              +---------------+
 *
 * 2 is closed and opened again, the device of 3 is deleted, 4 is killed.
 */
export const ends = [0, 1, 2, 3] as const;
export const closable = 2;
export const doomed = 3;
export const program = 4;
const targets = [...ends, program];

export interface Step {
  readonly op:
    | 'send'
    | 'kick'
    | 'drain'
    | 'refill'
    | 'reclaim'
    | 'receive'
    | 'poll'
    | 'sleep'
    | 'route'
    | 'clear'
    | 'link'
    | 'close'
    | 'delete'
    | 'kill'
    | 'reset'
    | 'quiet';
  readonly end?: number;
  /** How many, or which way. */
  readonly n?: number;
  readonly route?: readonly number[];
}

/** How often each comes, of a hundred or so. */
const weights: readonly (readonly [Step['op'], number])[] = [
  ['send', 22],
  ['kick', 12],
  ['drain', 12],
  ['refill', 10],
  ['reclaim', 6],
  ['receive', 6],
  ['poll', 5],
  ['sleep', 8],
  ['route', 8],
  ['clear', 2],
  ['link', 2],
  ['close', 2],
  ['delete', 1],
  ['kill', 1],
  ['reset', 1],
];

const bag = weights.flatMap(([op, weight]) => Array.from({ length: weight }, () => op));
const [episodeSteps, stepsToQuiet] = [48, 12];

/** What happens in an episode. It follows from the seed alone; a step that makes no sense when its turn comes is left out then. */
export function makeSteps(random: Random): Step[] {
  const routes = ends.map((end) => ({ op: 'route' as const, end, route: [random.pick(targets)] }));
  const steps = Array.from({ length: episodeSteps }, (_, index) =>
    index % stepsToQuiet === stepsToQuiet - 1 ? { op: 'quiet' as const } : makeStep(random),
  );
  return [...routes, ...steps];
}

function makeStep(random: Random): Step {
  const op = random.pick(bag);
  const end = random.pick(ends);
  switch (op) {
    case 'send':
    case 'drain':
    case 'refill':
    case 'reclaim':
      return { op, end, n: 1 + random.below(48) };
    case 'sleep':
      return { op, end, n: random.below(2) };
    case 'link':
      return { op, n: random.below(2) };
    case 'route':
      return { op, end, route: Array.from({ length: 1 + random.below(3) }, () => random.pick(targets)) };
    case 'close':
      return { op, end: closable };
    case 'delete':
    case 'kill':
    case 'reset':
      return { op };
    default:
      return { op, end };
  }
}

/** One line, as in `send 2 17` or `route 0 > 1 4`. */
export function describeStep({ op, end, n, route }: Step): string {
  const word =
    op === 'sleep' ? (n === 0 ? 'until readable' : 'until writable') : op === 'link' ? (n === 0 ? 'down' : 'up') : n;
  return [op, end, word, ...(route === undefined ? [] : ['>', ...route])]
    .filter((part) => part !== undefined)
    .join(' ');
}
