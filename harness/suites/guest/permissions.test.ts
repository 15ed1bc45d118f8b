import { statSync } from 'node:fs';
import test, { type ExecutionContext } from 'ava';
import { flashDir, listIds, readAttribute, writeNext } from '../../flash/registry.js';
import { handOver, type Identity } from '../../native/handover.js';
import { openScene, type Scene } from './support/scene.js';

/*
 *   the initial network namespace      I
 *   two more of the same user          H, T    as containers have them that may do everything
 *   one of another user's own          U       made by an unprivileged user, with its user namespace
 *
 * One socket in each. Who opens and who writes a file may be different processes.
 */
type Place = keyof Scene['sockets'];
type Actor = keyof ReturnType<typeof actorsOf>;

function actorsOf({ netns, outsider, user }: Scene) {
  const here = `/run/netns/${netns.here}`;
  const inner = { userNamespaceOf: user.pid, netns: `/proc/${user.pid}/ns/net` };
  return {
    host: {},
    'host without the capability': { withoutNetAdmin: true },
    here: { netns: here },
    'here without the capability': { netns: here, withoutNetAdmin: true },
    there: { netns: `/run/netns/${netns.there}` },
    'the administrator of the user namespace': inner,
    'the same in the initial network namespace': { userNamespaceOf: user.pid },
    'its owner outside': { uid: user.uid },
    'another user': { uid: outsider },
  } satisfies Readonly<Record<string, Identity>>;
}

const outside = ['pid', 'procname', 'ifindex', 'qid', 'umem', 'cookie', 'next', 'stats'] as const;

const path = (id: number, file: string): string => `${flashDir}/${id}/${file}`;

/** The rows come out as they went in, with what happened instead of what should have. */
async function compare<Row extends readonly string[]>(
  t: ExecutionContext,
  rows: readonly Row[],
  outcome: (row: Row) => Promise<string>,
): Promise<void> {
  const seen: string[] = [];
  for (const row of rows) seen.push([...row.slice(0, -1), await outcome(row)].join(' | '));
  t.deepEqual(
    seen,
    rows.map((row) => row.join(' | ')),
  );
}

/** The source first, then its target. */
const stores: readonly (readonly [opener: Actor, writer: Actor, source: Place, target: Place, outcome: string])[] = [
  ['host', 'host', 'I', 'I', 'ok'],
  ['host', 'host', 'H', 'T', 'ok'],
  ['host', 'host', 'U', 'H', 'ok'],
  ['here', 'here', 'H', 'H', 'ok'],
  ['here', 'here', 'H', 'T', 'ENOENT'],
  ['here', 'here', 'H', 'I', 'ENOENT'],
  ['here', 'here', 'I', 'H', 'ENOENT'],
  ['here', 'here', 'I', 'I', 'ENOENT'],
  ['there', 'there', 'H', 'H', 'ENOENT'],
  ['there', 'there', 'U', 'U', 'ENOENT'],
  ['host', 'there', 'H', 'H', 'ENOENT'],
  ['the administrator of the user namespace', 'the administrator of the user namespace', 'U', 'U', 'ok'],
  ['the administrator of the user namespace', 'the administrator of the user namespace', 'U', 'H', 'ENOENT'],
  ['the administrator of the user namespace', 'the administrator of the user namespace', 'H', 'H', 'EACCES on opening'],
  ['the administrator of the user namespace', 'host', 'U', 'U', 'ok'],
  ['the administrator of the user namespace', 'host', 'U', 'H', 'EPERM'],
  ['host', 'the administrator of the user namespace', 'U', 'U', 'ok'],
  ['host', 'the administrator of the user namespace', 'U', 'H', 'ENOENT'],
  ['the same in the initial network namespace', 'the same in the initial network namespace', 'U', 'U', 'ok'],
  ['the same in the initial network namespace', 'the same in the initial network namespace', 'U', 'I', 'EPERM'],
  ['its owner outside', 'its owner outside', 'U', 'U', 'ok'],
  ['another user', 'another user', 'U', 'U', 'EACCES on opening'],
  ['host', 'another user', 'U', 'U', 'ENOENT'],
  ['host without the capability', 'host without the capability', 'I', 'I', 'EPERM'],
  ['host without the capability', 'host', 'I', 'I', 'EPERM'],
  ['host', 'host without the capability', 'I', 'I', 'EPERM'],
  ['host', 'host without the capability', 'H', 'H', 'ENOENT'],
  ['here without the capability', 'here without the capability', 'H', 'H', 'EPERM'],
  ['here without the capability', 'here', 'H', 'H', 'EPERM'],
  ['here', 'here without the capability', 'H', 'H', 'EPERM'],
];

test.serial(
  'a route is written by who sees and administers the source and every target, and opened the file so',
  async (t) => {
    await using scene = await openScene();
    const actors = actorsOf(scene);

    await compare(t, stores, async ([opener, writer, source, target]) => {
      const { [source]: from, [target]: to } = scene.sockets;
      const outcome = await handOver({
        opener: actors[opener],
        user: actors[writer],
        path: path(from, 'next'),
        text: String(to),
      });
      const route = readAttribute(from, 'next');
      writeNext(from, '-1');
      return (route === '-1\n') === (outcome === 'ok')
        ? `${outcome}, and the route is ${JSON.stringify(route)}`
        : outcome;
    });
  },
);

test.serial('a route is cleared by nobody who could not set it', async (t) => {
  await using scene = await openScene();
  const actors = actorsOf(scene);
  writeNext(scene.sockets.H, String(scene.sockets.H));
  const rows: readonly (readonly [opener: Actor, writer: Actor, outcome: string])[] = [
    ['there', 'there', 'ENOENT'],
    ['host', 'there', 'ENOENT'],
    ['here without the capability', 'here', 'EPERM'],
    ['here', 'here without the capability', 'EPERM'],
    ['host', 'the administrator of the user namespace', 'ENOENT'],
    ['here', 'here', 'ok'],
  ];

  await compare(t, rows, async ([opener, writer]) =>
    handOver({ opener: actors[opener], user: actors[writer], path: path(scene.sockets.H, 'next'), text: '-1' }),
  );
  t.is(readAttribute(scene.sockets.H, 'next'), '-1\n');
});

const reads: readonly (readonly [opener: Actor, reader: Actor, place: Place, outcome: string])[] = [
  ['host', 'host', 'I', 'ok'],
  ['host', 'host', 'H', 'ok'],
  ['host', 'host', 'U', 'ok'],
  ['host without the capability', 'host without the capability', 'I', 'ok'],
  ['host without the capability', 'host without the capability', 'H', 'ENOENT'],
  ['here', 'here', 'H', 'ok'],
  ['here without the capability', 'here without the capability', 'H', 'ok'],
  ['here', 'here', 'I', 'ENOENT'],
  ['here', 'here', 'T', 'ENOENT'],
  ['here', 'here', 'U', 'ENOENT'],
  ['host', 'there', 'H', 'ENOENT'],
  ['the administrator of the user namespace', 'the administrator of the user namespace', 'U', 'ok'],
  ['the administrator of the user namespace', 'the administrator of the user namespace', 'H', 'ENOENT'],
  ['the administrator of the user namespace', 'the administrator of the user namespace', 'I', 'ENOENT'],
  ['the same in the initial network namespace', 'the same in the initial network namespace', 'U', 'ok'],
  ['the same in the initial network namespace', 'the same in the initial network namespace', 'H', 'ENOENT'],
  ['its owner outside', 'its owner outside', 'U', 'ok'],
  ['another user', 'another user', 'U', 'ENOENT'],
  ['another user', 'another user', 'I', 'ok'],
];

test.serial(
  'a socket is read in its own network namespace, and in the initial one by who administers it',
  async (t) => {
    await using scene = await openScene();
    const actors = actorsOf(scene);

    await compare(t, reads, async ([opener, reader, place]) =>
      handOver({ opener: actors[opener], user: actors[reader], path: path(scene.sockets[place], 'next') }),
    );
  },
);

test.serial('every file of a socket is hidden from other namespaces, and the directories are not', async (t) => {
  await using scene = await openScene();
  const { there } = actorsOf(scene);

  const outcomes = await Promise.all(
    outside.map((file) => handOver({ opener: there, user: there, path: path(scene.sockets.H, file) })),
  );

  t.deepEqual(
    outcomes,
    outside.map(() => 'ENOENT'),
  );
  t.true(listIds().includes(scene.sockets.H));
});

test.serial('the files of a socket belong to the owner of its network namespace', async (t) => {
  await using scene = await openScene();
  const ownersOf = (place: Place): string[] =>
    ['', ...outside].map((file) => `${file} ${statSync(path(scene.sockets[place], file)).uid}`);

  t.deepEqual(
    ownersOf('U'),
    ['', ...outside].map((file) => `${file} ${scene.user.uid}`),
  );
  t.deepEqual(
    ownersOf('H'),
    ['', ...outside].map((file) => `${file} 0`),
  );
});

test.serial('tx_tracking is switched by who administers the machine, and opened the file so', async (t) => {
  await using scene = await openScene();
  const actors = actorsOf(scene);
  const rows: readonly (readonly [opener: Actor, writer: Actor, outcome: string])[] = [
    ['host', 'host', 'ok'],
    ['host without the capability', 'host without the capability', 'EPERM'],
    ['host', 'host without the capability', 'EPERM'],
    ['host without the capability', 'host', 'EPERM'],
    ['host', 'the administrator of the user namespace', 'EPERM'],
    ['the administrator of the user namespace', 'the administrator of the user namespace', 'EACCES on opening'],
    ['here', 'here', 'EPERM'],
  ];

  await compare(t, rows, async ([opener, writer]) =>
    handOver({ opener: actors[opener], user: actors[writer], path: `${flashDir}/tx_tracking`, text: '0' }),
  );
  t.is(await handOver({ opener: actors.there, user: actors['another user'], path: `${flashDir}/tx_tracking` }), 'ok');
});
