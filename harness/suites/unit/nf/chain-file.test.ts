import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'ava';
import { meantBy, parseChain } from '../../../../nf/monitor/chain-file.js';
import { FlashError } from '../../../errors.js';
import { repositoryRoot } from '../../../host/repository.js';

const good = `chain: web
functions:
  first: { device: a, queue: 0, user: nobody, input: true, to: [second] }
  second:
    device: a
    queue: 1
    user: 65534
    missing: drop
`;

test('a chain is read, with what it does not say', (t) => {
  const { chain, functions } = parseChain(good, 'web.yaml');

  t.is(chain, 'web');
  t.like(functions['first'], { queue: 0, input: true, to: ['second'], missing: 'stall', frames: 4096, ring: 1024 });
  t.like(functions['second'], { user: 65534, input: false, to: [], missing: 'drop' });
});

const replicated = `chain: web
functions:
  first: { device: a, queue: 0, user: 1, input: true, to: [worker, last] }
  worker: { device: a, queue: 1, user: 1, to: [last], missing: drop, replicas: 3 }
  last: { device: b, queue: 0, user: 1, missing: drop }
`;

test('replicas are functions of their own, each on its queue, and an edge leads to each', (t) => {
  const { functions } = parseChain(replicated, 'web.yaml');

  t.deepEqual(Object.keys(functions), ['first', 'worker.0', 'worker.1', 'worker.2', 'last']);
  t.deepEqual(functions['first']?.to, ['worker.0', 'worker.1', 'worker.2', 'last']);
  t.deepEqual(
    [0, 1, 2].map((index) => functions[`worker.${index}`]?.queue),
    [1, 2, 3],
  );
  t.false('replicas' in (functions['worker.0'] ?? {}));
});

test('a chain that was read is one that can be read again, with or without replicas', (t) => {
  const chain = parseChain(replicated, 'web.yaml');

  t.deepEqual(parseChain(JSON.stringify(chain), 'again'), chain);
});

test('who asks for a function with replicas means any of them', (t) => {
  const chain = parseChain(replicated, 'web.yaml');

  t.deepEqual(meantBy(chain, 'worker'), ['worker.0', 'worker.1', 'worker.2']);
  t.deepEqual(meantBy(chain, 'worker.1'), ['worker.1']);
  t.deepEqual(meantBy(chain, 'last'), ['last']);
  t.deepEqual(meantBy(chain, 'work'), []);
});

test('the chain of nf/README.md is one', (t) => {
  const page = readFileSync(join(repositoryRoot, 'nf', 'README.md'), 'utf8');
  const [, text] = /```yaml\n(.*?)```/s.exec(page) ?? [];

  t.deepEqual(Object.keys(parseChain(text ?? '', 'README').functions), ['firewall', 'counter.0', 'counter.1', 'nat']);
});

const sharing = `chain: web
memories:
  inner: { frames: 8192, frameSize: 4096 }
  spare: { frames: 2 }
functions:
  first: { device: a, queue: 0, user: 1, input: true, to: [worker], memory: inner, frames: 2048 }
  worker: { device: a, queue: 1, user: 1, missing: drop, memory: inner, frames: 2048, replicas: 3 }
  alone: { device: b, queue: 0, user: 1 }
`;

test('functions share a memory, which has a size, and others have one of their own', (t) => {
  const chain = parseChain(sharing, 'web.yaml');

  t.deepEqual(chain.memories, {
    inner: { frames: 8192, frameSize: 4096 },
    spare: { frames: 2, frameSize: 2048 },
  });
  t.like(chain.functions['worker.2'], { memory: 'inner', frames: 2048, frameSize: undefined });
  t.like(chain.functions['alone'], { memory: undefined, frames: 4096, frameSize: 2048 });
  t.deepEqual(parseChain(JSON.stringify(chain), 'again'), chain);
});

const crowd = Array.from(
  { length: 5 },
  (_, index) => `  f${index}: { device: d${index}, queue: 0, user: 1, memory: inner, frames: 2, replicas: 51 }\n`,
);

const withLegacy = `chain: web
functions:
  first: { device: a, queue: 0, user: 1, input: true, to: [old] }
  old: { device: b, queue: 0, user: 0, legacy: true }
`;

const mistakes = [
  {
    what: 'input for a program that has an XDP program of its own',
    text: withLegacy.replace('legacy: true', 'legacy: true, input: true'),
    said: /:4: functions\.old\.input: a legacy program gets what its own XDP program gives it/,
  },
  {
    what: 'input from a device that has the XDP program of another one',
    text: withLegacy.replace('device: b, queue: 0', 'device: a, queue: 1'),
    said: /:3: functions\.first\.input: a has the XDP program of old: use another device/,
  },
  {
    what: 'a shared memory for a program that has one of its own',
    text: withLegacy
      .replace('legacy: true', 'legacy: true, memory: inner')
      .replace('functions', 'memories: { inner: { frames: 8192 } }\nfunctions'),
    said: /:5: functions\.old\.memory: a legacy program has a memory of its own/,
  },
  {
    what: 'a memory that there is not',
    text: sharing.replace('memory: inner, frames: 2048 }', 'memory: outer, frames: 2048 }'),
    said: /:6: functions\.first\.memory: there is no memory outer/,
  },
  {
    what: 'a memory that every object has',
    text: sharing.replace('memory: inner, frames: 2048 }', 'memory: constructor, frames: 2048 }'),
    said: /:6: functions\.first\.memory: there is no memory constructor/,
  },
  {
    what: 'a size of frames beside a memory, even the same',
    text: sharing.replace('memory: inner, frames: 2048,', 'memory: inner, frameSize: 4096, frames: 2048,'),
    said: /:7: functions\.worker\.frameSize: the memory inner says it/,
  },
  {
    what: 'a memory that is smaller than all shares of it',
    text: sharing.replace('frames: 8192', 'frames: 8191'),
    said: /:3: memories\.inner\.frames: its functions have shares of 8192 frames together, and there are 8191/,
  },
  {
    what: 'a memory of more functions than have numbers',
    text: `chain: web\nmemories:\n  inner: { frames: 8192 }\nfunctions:\n${crowd.join('')}`,
    said: /:3: memories\.inner: 255 functions share it, and 254 are the most/,
  },
  {
    what: 'a memory without a size',
    text: sharing.replace('spare: { frames: 2 }', 'spare: {}'),
    said: /:4: memories\.spare\.frames: /,
  },
  {
    what: 'a replica whose name no message can have',
    text: replicated.replaceAll('worker', 'w'.repeat(30)),
    said: /:4: functions\.w{30}\.replicas: w{30}\.0 is longer than 31 characters/,
  },
  {
    what: 'an edge to what every object has',
    text: replicated.replace('[worker, last]', '[constructor, last]'),
    said: /:3: functions\.first\.to\.0: there is no function constructor/,
  },
  {
    what: 'a replica on a queue that another function has',
    text: replicated.replace('{ device: b, queue: 0', '{ device: a, queue: 2'),
    said: /:5: functions\.last\.queue: a queue 2 is that of worker\.1/,
  },
  {
    what: 'a replica on a queue that there is not',
    text: replicated.replace('queue: 1', 'queue: 62'),
    said: /:4: functions\.worker\.replicas: there is no queue 64/,
  },
  {
    what: 'a name that a replica has',
    text: `${replicated}  worker.2: { device: b, queue: 1, user: 1 }\n`,
    said: /:6: functions\.worker\.2: it is a replica of worker/,
  },
  {
    what: 'an edge to a replica that there is not',
    text: replicated.replace('[worker, last]', '[worker.3, last]'),
    said: /:3: functions\.first\.to\.0: there is no function worker\.3/,
  },
  {
    what: 'more edges than a route has',
    text: replicated
      .replace('replicas: 3', 'replicas: 64')
      .replace('queue: 1', 'queue: 0')
      .replace('device: a, queue: 0, user: 1, input', 'device: c, queue: 0, user: 1, input'),
    said: /:3: functions\.first\.to: leads to 65 functions, and 64 are the most/,
  },
  {
    what: 'a word that is not known',
    text: good.replace('missing: drop', 'missng: drop'),
    said: /:8: functions\.second: .*missng/,
  },
  {
    what: 'a rule that is not known',
    text: good.replace('missing: drop', 'missing: ignore'),
    said: /:8: functions\.second\.missing/,
  },
  {
    what: 'a target that is not there',
    text: good.replace('[second]', '[third]'),
    said: /:3: functions\.first\.to\.0: there is no function third/,
  },
  {
    what: 'a queue that is taken',
    text: good.replace('queue: 1', 'queue: 0'),
    said: /:6: functions\.second\.queue: a queue 0 is that of first/,
  },
  {
    what: 'a bypass to nowhere',
    text: good.replace('missing: drop', 'missing: bypass'),
    said: /:8: functions\.second\.missing: only a function/,
  },
  {
    what: 'a function that is of nobody',
    text: good.replace('user: 65534', 'ring: 64'),
    said: /:5: functions\.second: who may be it/,
  },
  {
    what: 'a unit without its kind',
    text: good.replace('user: 65534', 'unit: web'),
    said: /:7: functions\.second\.unit: a unit is called/,
  },
  {
    what: 'a cgroup that is no path from the root',
    text: good.replace('user: 65534', 'cgroup: web/'),
    said: /:7: functions\.second\.cgroup: a cgroup is a path/,
  },
  {
    what: 'a ring of an odd size',
    text: `${good}    ring: 100\n`,
    said: /:9: functions\.second\.ring: must be a power of two/,
  },
  {
    what: 'a device that no kernel has',
    text: good.replace('device: a\n', 'device: a/b\n'),
    said: /:5: functions\.second\.device: a device has/,
  },
  { what: 'a name that no message can have', text: good.replace('web', 'Web Site'), said: /:1: chain: a name has/ },
  { what: 'something that is no YAML', text: 'chain: [', said: /:1: / },
  { what: 'nothing', text: '', said: /:1: the file/ },
] as const;

for (const { what, text, said } of mistakes) {
  test(`${what} is an error with its line`, (t) => {
    const error = t.throws(() => parseChain(text, 'web.yaml'), { instanceOf: FlashError });

    t.is(error.message, 'web.yaml describes no chain');
    t.regex(error.details.logTail ?? '', said);
  });
}

test('functions that are bypassed in a circle are refused', (t) => {
  const fn = (queue: number, to: string): string =>
    `{ device: a, queue: ${queue}, user: 0, to: [${to}], missing: bypass }`;
  const text = `chain: c\nfunctions:\n  x: ${fn(0, 'y')}\n  y: ${fn(1, 'x')}\n`;

  const error = t.throws(() => parseChain(text, 'c.yaml'), { instanceOf: FlashError });

  t.regex(error.details.logTail ?? '', /c\.yaml:3: .*circle/);
});
