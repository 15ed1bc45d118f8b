import { onlyReceives, sentBetween, type Case, type Finding, type Rule } from './case.js';
import { hasNoFrames, nobodyTakes, nothingArrives, nothingToSend } from './idle-causes.js';
import {
  completionFull,
  drops,
  nobodyKicks,
  nonsense,
  noRoute,
  notBound,
  ringsUnknown,
  targetClosed,
} from './source-causes.js';
import { behindAnother, targetEmpty, targetFull } from './target-causes.js';

/** All that can hold at once; the first is what matters most. */
const always: readonly Rule[] = [
  ...[notBound, ringsUnknown, nonsense, noRoute, targetClosed, completionFull, targetFull, targetEmpty],
  behindAnother,
];
/** What is said if nothing of that stops it. */
const otherwise: readonly Rule[] = [nobodyKicks, nobodyTakes];
const idle: readonly Rule[] = [nothingToSend, hasNoFrames, nothingArrives];

export function findCauses(each: Case): readonly Finding[] {
  const found = always.flatMap((rule) => rule(each));
  const explained = found.some(({ cause }) => cause !== 'no-route' && cause !== 'device-down' && cause !== 'nonsense');
  const stops = explained ? found : [...found, ...otherwise.flatMap((rule) => rule(each))];
  return [
    ...stops,
    ...drops(each),
    ...(stops.length > 0 || (sentBetween(each) ?? 0) > 0 || onlyReceives(each)
      ? []
      : idle.flatMap((rule) => rule(each))),
  ];
}
