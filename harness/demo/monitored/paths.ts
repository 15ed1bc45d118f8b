import { FlashError } from '../../errors.js';
import type { Chain, ChainFunction } from '../../../nf/monitor/chain-file.js';

/** Where a packet of the demo goes: l2fwd chooses the edge by the last byte of the destination address. */
export interface Path {
  /** The functions that have it, in order. */
  readonly through: readonly string[];
  readonly end: PathEnd;
}

export type PathEnd =
  | { readonly kind: 'wire'; readonly device: string }
  | { readonly kind: 'waits' | 'dropped' | 'host'; readonly at: string };

/** By the rules of the file, if every function but one is there. */
export function pathOf(chain: Chain, input: string, lastByte: number, missing?: string): Path {
  if (input === missing) return { through: [], end: { kind: 'host', at: input } };
  const through: string[] = [];
  for (let name = input; ; ) {
    const { device, to } = functionOf(chain, name);
    through.push(name);
    let next = to[lastByte % Math.max(1, to.length)];
    if (next === undefined) return { through, end: { kind: 'wire', device } };
    if (next === missing) {
      const rule = functionOf(chain, next);
      if (rule.missing !== 'bypass')
        return { through, end: { kind: rule.missing === 'drop' ? 'dropped' : 'waits', at: next } };
      next = rule.to[0] ?? '';
    }
    name = next;
  }
}

/** The functions that get what devices receive. */
export function inputsOf({ functions }: Chain): readonly string[] {
  return Object.entries(functions)
    .filter(([, { input }]) => input)
    .map(([name]) => name);
}

/** The demo can bring packets to a chain and see them leave it, or says why not. */
export function requireDemonstrable(chain: Chain): void {
  const refuse = (why: string, advice: string): never => {
    throw new FlashError('usage', `the demo cannot show the chain ${chain.chain}: ${why}`, { advice });
  };
  const inputs = inputsOf(chain);
  if (inputs.length === 0) refuse('nothing comes into it', 'say `input: true` for the function that is first');
  for (const name of inputs) {
    const { device, queue } = functionOf(chain, name);
    if (queue !== 0) refuse(`${name} gets what ${device} receives on queue ${queue}`, 'use queue 0: its wire has one');
  }
  for (const [name, { unit, cgroup, legacy, user, to }] of Object.entries(chain.functions)) {
    if (legacy && user !== 'root' && user !== 0)
      refuse(`${name} opens its socket itself, and is not of root`, 'say `user: root` there');
    if (legacy && to.length > 1)
      refuse(`${name} opens its socket itself, and is not told which edges it has`, 'give it one');
    if (unit !== undefined || cgroup !== undefined)
      refuse(`${name} is of ${unit ?? cgroup}, which there is not in a guest`, 'say user or group');
  }
  const circle = findCircle(chain);
  if (circle !== undefined) refuse(`packets go round in it: ${circle.join(', ')}`, 'take out an edge');
}

function findCircle(chain: Chain): readonly string[] | undefined {
  const inNone = new Set<string>();
  const search = (way: readonly string[], name: string): readonly string[] | undefined => {
    const before = way.indexOf(name);
    if (before >= 0) return [...way.slice(before), name];
    if (inNone.has(name)) return undefined;
    for (const next of functionOf(chain, name).to) {
      const circle = search([...way, name], next);
      if (circle !== undefined) return circle;
    }
    inNone.add(name);
    return undefined;
  };
  return Object.keys(chain.functions)
    .map((name) => search([], name))
    .find((circle) => circle !== undefined);
}

function functionOf({ functions }: Chain, name: string): ChainFunction {
  const found = functions[name];
  if (found === undefined) throw new FlashError('usage', `there is no function ${name}`);
  return found;
}
