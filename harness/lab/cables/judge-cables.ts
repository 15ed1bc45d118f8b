import type { Finding } from '../../host/finding.js';
import type { Cable, CableEnd } from '../inventory/inventory.js';
import type { Heard } from './cables-program.js';

const nameOf = ({ machine, port }: CableEnd): string => `${machine}.${port}`;

/** What the frames that arrived say of the cables that the inventory has. */
export function judgeCables(cables: readonly Cable[], heard: readonly Heard[]): readonly Finding[] {
  return cables.map(([one, other]) => {
    const [a, b] = [nameOf(one), nameOf(other)];
    const what = `${a} - ${b}`;
    const ways = [
      { from: a, to: b },
      { from: b, to: a },
    ].map(({ from, to }) => ({ from, to, at: heard.filter((each) => each.from === from).map((each) => each.at) }));
    if (ways.every(({ at, to }) => at.length === 1 && at[0] === to)) {
      return { what, state: 'ok', found: 'frames pass both ways' };
    }
    const found = ways.map(
      ({ from, at }) => `frames of ${from} ${at.length === 0 ? 'arrive nowhere' : `arrive at ${at.join(', ')}`}`,
    );
    return { what, state: 'missing', found: found.join('; '), advice: adviceFor(ways) };
  });
}

function adviceFor(ways: readonly { readonly from: string; readonly at: readonly string[] }[]): string {
  const known = ways.find(({ at }) => at.length === 1);
  if (known !== undefined)
    return `the inventory is wrong, or the cable: what there is is [${known.from}, ${known.at[0]}]`;
  return ways.some(({ at }) => at.length > 1) ? 'this looks like a switch and no cable' : 'look for the cable';
}
