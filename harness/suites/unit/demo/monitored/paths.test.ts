import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'ava';
import { pathOf, requireDemonstrable } from '../../../../demo/monitored/paths.js';
import { readDemonstrable } from '../../../../demo/monitored/run-chain-file.js';
import { repositoryRoot } from '../../../../host/repository.js';
import { parseChain, type Chain } from '../../../../../nf/monitor/chain-file.js';

/** Two workers and who comes after them, with these rules. */
const spread = (rules: { readonly one: string; readonly last: string }): Chain =>
  parseChain(
    `chain: c
functions:
  first: { device: a, queue: 0, user: 0, input: true, to: [one, two] }
  one: { device: a, queue: 1, user: 0, to: [last], missing: ${rules.one} }
  two: { device: a, queue: 2, user: 0, to: [last], missing: drop }
  last: { device: b, queue: 0, user: 0, missing: ${rules.last} }
`,
    'c.yaml',
  );

const chain = spread({ one: 'bypass', last: 'stall' });
const cases = [
  { what: 'an even byte', byte: 4, through: ['first', 'one', 'last'], end: { kind: 'wire', device: 'b' } },
  { what: 'an odd byte', byte: 5, through: ['first', 'two', 'last'], end: { kind: 'wire', device: 'b' } },
  { what: 'a bypass', byte: 4, missing: 'one', through: ['first', 'last'], end: { kind: 'wire', device: 'b' } },
  { what: 'a drop', byte: 5, missing: 'two', through: ['first'], end: { kind: 'dropped', at: 'two' } },
  { what: 'a stall', byte: 5, missing: 'last', through: ['first', 'two'], end: { kind: 'waits', at: 'last' } },
  { what: 'no first function', byte: 5, missing: 'first', through: [], end: { kind: 'host', at: 'first' } },
] as const;

for (const { what, byte, through, end, ...rest } of cases) {
  test(`a packet goes where the file says: ${what}`, (t) => {
    t.deepEqual(pathOf(chain, 'first', byte, 'missing' in rest ? rest.missing : undefined), { through, end });
  });
}

const fn = (queue: number, rest: string): string => `{ device: a, queue: ${queue}, user: 0, ${rest} }`;
const refusals = [
  { what: 'nothing comes into', functions: `x: ${fn(0, 'to: []')}`, why: /nothing comes into it/ },
  { what: 'packets of another queue come into', functions: `x: ${fn(1, 'input: true')}`, why: /on queue 1/ },
  {
    what: 'leads back to itself',
    functions: `x: ${fn(0, 'input: true, to: [y]')}\n  y: ${fn(1, 'to: [z]')}\n  z: ${fn(2, 'to: [y]')}`,
    why: /packets go round in it: y, z, y/,
  },
  {
    what: 'has a function of a unit',
    functions: 'x: { device: a, queue: 0, unit: web.service, input: true }',
    why: /x is of web\.service/,
  },
  {
    what: 'has a program of a user that opens its socket itself',
    functions:
      'x: { device: a, queue: 0, user: 1, input: true, to: [y] }\n  y: { device: b, queue: 0, user: 1, legacy: true }',
    why: /y opens its socket itself, and is not of root/,
  },
  {
    what: 'has a program that is not told its edges',
    functions: [
      'x: { device: a, queue: 0, user: 1, input: true, to: [y] }',
      'y: { device: b, queue: 0, user: root, legacy: true, to: [z, z] }',
      'z: { device: c, queue: 0, user: 1, missing: drop }',
    ].join('\n  '),
    why: /y opens its socket itself, and is not told which edges it has/,
  },
] as const;

for (const { what, functions, why } of refusals) {
  test(`the demo refuses a chain that ${what}`, (t) => {
    const refused = parseChain(`chain: c\nfunctions:\n  ${functions}\n`, 'c.yaml');

    t.throws(() => requireDemonstrable(refused), { message: why });
  });
}

const examples = join(repositoryRoot, 'nf', 'examples', 'chains');
for (const file of readdirSync(examples)) {
  test(`the example ${file} can be shown`, (t) => {
    t.notThrows(() => readDemonstrable(readFileSync(join(examples, file), 'utf8'), file));
  });
}
