import { testbed } from '../guest/support/testbed.js';
import { waitUntil } from '../../process/wait-until.js';
import { auditProblem } from '../guest/support/frame-audit.js';
import type { End } from './end.js';
import { doomed } from './steps.js';
import type { World } from './world.js';

/*
 * A quiet moment: a source that has put something on its TX ring since it was last kicked is kicked once, and from
 * then on its target only empties its RX ring and fills its fill ring, without a system call. All that is on TX has to
 * move, what was kicked before by itself, and all who sleep until there is something, or room, have to wake.
 */
const deadlineMs = 10_000;
const frames = 48;

export async function checkQuiet(world: World, packetsOnWire: number): Promise<string[]> {
  const ends = [...world.ends.values()];
  const here = ends.filter(({ number }) => number !== doomed || world.state.deviceThere);
  const isMoving = ({ number }: End): boolean =>
    world.routes.get(number)?.some((target) => target !== undefined) === true;
  const movers = here.filter(isMoving);
  const attend = (): void => here.forEach(serve);
  const problems: string[] = [];
  for (const mover of movers.filter((each) => each.owesKick())) {
    const outcome = mover.kick();
    if (outcome !== 'ok') problems.push(`sendto() of ${mover.number} said ${outcome}`);
  }
  const left = (): string[] =>
    movers
      .filter(({ socket }) => socket.rings.tx.count() > 0)
      .map(({ number, socket }) => `${socket.rings.tx.count()} packets are left on TX of ${number}`);
  const writers = (): string[] =>
    movers
      .filter((mover) => mover.asleep() === 'writable')
      .map(({ number }) => `${number} sleeps on, and there is room`);

  problems.push(...(await settle(attend, left)), ...(await settle(attend, writers)));
  problems.push(...(await wakeReaders(world, movers, attend)));
  if (problems.length > 0) return problems;

  attend();
  const hasFramesBack = !world.state.linkUp && world.device.zeroCopy && !testbed.keepsFramesWhileDown;
  for (const umem of new Set(here.map(({ socket }) => socket.umem))) {
    const problem = auditProblem(umem, {
      deviceIsDown: hasFramesBack && umem !== world.ends.get(doomed)?.socket.umem,
    });
    if (problem !== undefined) problems.push(problem);
  }
  for (const end of ends) problems.push(...end.problems);
  const wire = (await world.device.packetsOnWire()) - packetsOnWire;
  if (wire !== 0) problems.push(`${wire} packets went to the wire`);
  return problems;
}

/** Who sleeps until something has come takes it when it is awake: poll() looks once more before it returns. */
function serve(end: End): void {
  if (end.asleep() !== 'readable') end.drain();
  end.refill(frames);
}

/** Who sleeps until a packet comes gets one, if a source leads there. */
async function wakeReaders(world: World, movers: readonly End[], attend: () => void): Promise<string[]> {
  const sleepers = [...world.ends.values()].filter((end) => end.asleep() === 'readable');
  const led = sleepers.flatMap((sleeper) => {
    const [mover] = movers.filter(({ number }) => world.routes.get(number)?.[0] === sleeper.number);
    return mover === undefined ? [] : [{ sleeper, mover }];
  });
  for (const { mover } of led) {
    mover.send(1, 1);
    mover.kick();
  }
  return settle(attend, () =>
    led
      .filter(({ sleeper }) => sleeper.asleep() !== undefined)
      .map(({ sleeper, mover }) => `${sleeper.number} sleeps on, and ${mover.number} has sent to it`),
  );
}

/** Nobody may sleep on after an episode: each is led to itself and gets a packet. */
export async function wakeAll(world: World): Promise<string[]> {
  const sleepers = [...world.ends.values()].filter((end) => end.asleep() !== undefined);
  for (const sleeper of sleepers) {
    world.route(sleeper.number, [sleeper.number]);
    sleeper.refill(frames);
    sleeper.send(1, 1);
    sleeper.kick();
  }
  return settle(
    () => sleepers.forEach(serve),
    () =>
      sleepers
        .filter((end) => end.asleep() !== undefined)
        .map(({ number }) => `${number} sleeps on, and is led to itself`),
  );
}

/** What is still wrong when nothing changes any more. */
async function settle(attend: () => void, wrong: () => string[]): Promise<string[]> {
  const done = (): boolean => {
    attend();
    return wrong().length === 0;
  };
  await waitUntil(done, { what: 'quiet', deadlineMs, intervalMs: 1 }).catch(() => undefined);
  return wrong();
}
