import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { FlashError } from '../../errors.js';
import { hashText } from '../../host/hash.js';
import { repositoryRoot } from '../../host/repository.js';
import { shellWord } from '../../host/shell-word.js';
import { attempt, run } from '../../process/run.js';
import type { SshConnection } from './connection.js';

/** All that a run leaves on a machine is below it. */
export const flashDir = '/var/lib/flash';
export const harnessDir = `${flashDir}/harness`;
export const remoteNode = `${harnessDir}/node`;

const oldestNode = 20;
const deadlineMs = 600_000;
const mibNeeded = 400;

/** What programs of the harness need on a machine, but not what builds and checks the harness. */
const parts = ['package.json', 'dist', 'node_modules', 'out/native', 'bpf'] as const;
const leftOut = [
  'node_modules/@biomejs',
  'node_modules/@esbuild',
  'node_modules/esbuild',
  'node_modules/typescript',
  'node_modules/@types',
  'node_modules/.cache',
];
const libraries = /\b(libxdp|libbpf|libelf)\.so\S* => (\/\S+)/g;

/**
 * Brings the harness to a machine, whole or not at all, with the Node and the libraries that it lacks. Nothing is
 * installed there.
 */
export async function placeHarness(connection: SshConnection): Promise<void> {
  const here = parts.filter((part) => existsSync(join(repositoryRoot, part)));
  const stamp = await stampOf(here);
  const placed = await connection.attempt(`[ "$(cat ${harnessDir}/stamp)" = ${stamp} ]`, {
    what: 'asking what is there',
  });
  if (placed.exitCode === 0) return;
  await requireRoom(connection);
  const next = `${harnessDir}.next`;
  await connection.run(`rm -rf ${next} && mkdir -p ${next}/lib`, { deadlineMs, what: 'making room for the harness' });
  const excludes = leftOut.map((path) => `--exclude=${path}`);
  await send(connection, ['-C', repositoryRoot, ...excludes, ...here], next);
  await placeNode(connection, next);
  await placeLibraries(connection, next);
  // Two renames: whoever looks meanwhile finds the old one, the new one, or for a moment none.
  await connection.run(
    `cd ${flashDir} && echo ${stamp} >harness.next/stamp && sync -f . && rm -rf harness.old && if [ -e harness ]; then mv harness harness.old; fi && mv harness.next harness && rm -rf harness.old`,
    { deadlineMs, what: 'putting the harness in its place' },
  );
}

/** The same for the same files: by their names, sizes and times. */
async function stampOf(here: readonly string[]): Promise<string> {
  const listed = await run('find', [...here, '-type', 'f', '-printf', '%p %s %T@\n'], { cwd: repositoryRoot });
  return hashText([process.version, ...listed.split('\n').sort()].join('\n'));
}

async function requireRoom(connection: SshConnection): Promise<void> {
  const { name } = connection.target;
  const said = await connection.run(`mkdir -p ${flashDir} && df -Pm ${flashDir} | awk 'NR == 2 { print $4 }'`, {
    what: 'looking for room',
  });
  const free = Number(said.trim());
  if (free >= mibNeeded) return;
  throw new FlashError(
    'noDiskSpace',
    `the harness needs ${mibNeeded} MiB in ${flashDir} on ${name}, where ${free} MiB are free`,
    { advice: 'free some space there' },
  );
}

async function send(connection: SshConnection, tarArgs: readonly string[], to: string): Promise<void> {
  const what = 'copying the harness';
  const result = await connection.pipe(
    ['tar', '--create', '--use-compress-program=gzip -1', '--owner=0', '--group=0', ...tarArgs],
    `tar -xzf - -C ${shellWord(to)}`,
    { deadlineMs, what },
  );
  if (result.exitCode === 0) return;
  throw new FlashError('infrastructure', `${what} to ${connection.target.name} failed`, { logTail: result.stderr });
}

/** Its own, if that is new enough and runs; else ours, if that runs there. */
async function placeNode(connection: SshConnection, next: string): Promise<void> {
  const isGood = `process.exit(Number(process.versions.node.split('.')[0]) >= ${oldestNode} ? 0 : 1)`;
  const own = await connection.attempt(
    `node=$(command -v node) && "$node" -e ${shellWord(isGood)} && ln -s "$(readlink -f "$node")" ${next}/node`,
  );
  if (own.exitCode === 0) return;
  const copied = await connection.pipe(
    ['cat', process.execPath],
    `cat >${next}/node && chmod 755 ${next}/node && ${next}/node -e ${shellWord(isGood)}`,
    { deadlineMs, what: 'copying Node' },
  );
  if (copied.exitCode === 0) return;
  throw new FlashError(
    'missingTool',
    `${connection.target.name} has no Node ${oldestNode}, and that of this machine does not run there`,
    { logTail: copied.stderr, advice: `install Node ${oldestNode} or later there` },
  );
}

/** Those that the tools in C are linked with, for a machine that has not got all of them. */
async function placeLibraries(connection: SshConnection, next: string): Promise<void> {
  const tool = join(repositoryRoot, 'out', 'native', 'nf');
  if (!existsSync(tool)) return;
  const { stdout } = await attempt('ldd', [tool]);
  const paths = [...stdout.matchAll(libraries)].map(([, , path]) => path ?? '');
  if (paths.length > 0)
    await send(connection, ['--dereference', '--transform=s,.*/,,', '--absolute-names', ...paths], `${next}/lib`);
  await connection.run(
    `if ldd ${next}/out/native/nf 2>&1 | grep -q 'not found'; then
  if LD_LIBRARY_PATH=${next}/lib ldd ${next}/out/native/nf 2>&1 | grep 'not found' >&2; then exit 1; fi
  : >${next}/lib/needed
fi`,
    { what: 'looking whether the tools find their libraries' },
  );
}
