import { FlashError } from '../errors.js';
import { placeLabel, programLabel, socketLabel, type Snapshot, type SocketFacts } from './facts.js';

/** The one socket that a user means: by its id, `ID@COOKIE`, `PROGRAM` or `PROGRAM/DEVICE:QUEUE`. */
export function selectSocket(snapshot: Snapshot, text: string): SocketFacts {
  const found = selectSockets(snapshot, text);
  const [first] = found;
  if (found.length === 1 && first !== undefined) return first;
  throw new FlashError('usage', `"${text}" is ${found.length} sockets`, {
    logTail: found.map(socketLabel).join('\n'),
    advice: `say which: ${found.map(({ id }) => id).join(', ')}, or as ${first === undefined ? '' : `${first.program}/${placeLabel(first)}`}`,
  });
}

/** All that a user may mean, at least one. */
export function selectSockets({ sockets }: Snapshot, text: string): readonly SocketFacts[] {
  const found = sockets.filter((socket) => namesOf(socket).includes(text));
  if (found.length > 0) return found;
  const [, id, cookie] = /^(\d+)@(\d+)$/.exec(text) ?? [];
  const successor = cookie === undefined ? undefined : sockets.find((socket) => socket.id === Number(id));
  if (successor !== undefined) {
    throw new FlashError('usage', `socket ${text} has gone; its id is another's now`, {
      logTail: socketLabel(successor),
      advice: `if you mean that one: ${successor.id}@${successor.cookie}`,
    });
  }
  throw new FlashError('usage', `there is no socket "${text}" that this user may see`, {
    logTail: sockets.length === 0 ? 'there are no AF_XDP sockets here' : sockets.map(socketLabel).join('\n'),
    advice:
      'sockets are named by id, ID@COOKIE, PROGRAM or PROGRAM/DEVICE:QUEUE; only root of the initial network namespace sees all',
  });
}

function namesOf(socket: SocketFacts): readonly string[] {
  const { id, cookie, program, ifname } = socket;
  const place = placeLabel(socket);
  const device = place.replace(/:\d+$/, '');
  const whose = [program, programLabel(socket)];
  return [
    ...[String(id), `${id}@${cookie}`],
    ...whose,
    ...(ifname === undefined ? [] : whose.flatMap((each) => [`${each}/${device}`, `${each}/${place}`])),
  ];
}
