import { chmodSync, existsSync } from 'node:fs';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { FlashError } from '../../../../errors.js';
import { connectSsh, remoteCommand, type SshConnection } from '../../../../machine/ssh/connection.js';
import { readFileSync } from 'node:fs';
import { run, attempt } from '../../../../process/run.js';
import { temporaryDir, writeFiles } from '../../support/tiny-repository.js';

const sshd = '/usr/sbin/sshd';
const withServer = existsSync(sshd)
  ? test
  : (((title: string, body: (t: ExecutionContext) => Promise<void>) =>
      test.skip(`${title}: openssh-server is not installed`, body)) as typeof test);

/** A server for one connection, which listens nowhere, with keys of its own. */
async function connect(t: ExecutionContext): Promise<{ connection: SshConnection; dir: string }> {
  const dir = temporaryDir(t);
  for (const name of ['host', 'key']) await run('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', join(dir, name)]);
  const [hostKey, key] = ['host', 'key'].map((name) => readFileSync(join(dir, `${name}.pub`), 'utf8').trim());
  writeFiles(dir, {
    server: [
      `HostKey ${dir}/host`,
      `AuthorizedKeysFile ${dir}/authorized`,
      'StrictModes no',
      'UsePAM no',
      'PasswordAuthentication no',
      'PermitRootLogin yes',
      'PidFile none',
    ].join('\n'),
    authorized: `${key}\n`,
    known: `lab ${(hostKey ?? '').split(' ').slice(0, 2).join(' ')}\n`,
    client: [
      'Host lab',
      `User ${userInfo().username}`,
      `IdentityFile ${dir}/key`,
      'IdentitiesOnly yes',
      `UserKnownHostsFile ${dir}/known`,
      `ProxyCommand sh -c 'echo $$ >${dir}/server-pid; exec ${sshd} -i -f ${dir}/server'`,
    ].join('\n'),
  });
  for (const name of ['authorized', 'known', 'client']) chmodSync(join(dir, name), 0o600);
  await attempt('mkdir', ['-p', '/run/sshd']);
  const connection = await connectSsh({ name: 'dut', ssh: 'lab', sshOptions: ['-F', 'client'], directory: dir });
  t.teardown(() => connection[Symbol.asyncDispose]());
  return { connection, dir };
}

test('a script reaches the machine as one word, whatever is in it', async (t) => {
  const script = `printf '%s|' "a b" '$HOME' "it's"`;

  t.is((await attempt('sh', ['-c', remoteCommand(script, 5000)])).stdout, `a b|$HOME|it's|`);
});

withServer('scripts run over one connection, with their input, and their exit code is a result', async (t) => {
  const { connection } = await connect(t);

  t.is(await connection.run('cat', { input: 'hello' }), 'hello');
  t.is((await connection.attempt('exit 3')).exitCode, 3);
  const error = await t.throwsAsync(connection.run('echo no >&2; exit 3', { what: 'trying' }), {
    instanceOf: FlashError,
  });
  t.is(error.message, 'trying on dut failed with 3');
  t.is(error.details.logTail, 'no');
});

withServer('a script that takes too long is ended on the machine, and said to be', async (t) => {
  const { connection } = await connect(t);

  const error = await t.throwsAsync(connection.run('sleep 100', { deadlineMs: 1000, what: 'a nap' }), {
    instanceOf: FlashError,
  });

  t.is(error.message, 'a nap on dut did not end within 1 s');
});

withServer('a connection that is cut is said to be, and no command makes another', async (t) => {
  const { connection, dir } = await connect(t);
  const running = connection.run('sleep 100', { what: 'a nap' });
  const cut = t.throwsAsync(running, { instanceOf: FlashError });

  process.kill(Number(readFileSync(join(dir, 'server-pid'), 'utf8')), 'SIGKILL');

  t.is((await cut)?.kind, 'noNetwork');
  const after = await t.throwsAsync(connection.run('true'), { instanceOf: FlashError });
  t.is(after?.kind, 'noNetwork');
  t.false(connection.isOpen());
});

test('a machine that cannot be reached is said not to be, with what to try', async (t) => {
  const dir = temporaryDir(t);
  writeFiles(dir, { client: 'Host lab\n  ProxyCommand false\n' });
  chmodSync(join(dir, 'client'), 0o600);

  const error = await t.throwsAsync(
    connectSsh({ name: 'dut', ssh: 'lab', sshOptions: ['-F', 'client'], directory: dir }),
    { instanceOf: FlashError },
  );

  t.is(error.kind, 'noNetwork');
  t.regex(error.details.advice ?? '', /ssh -F client lab/);
});
