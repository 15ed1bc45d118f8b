import { FlashError } from '../../errors.js';
import { shellWord } from '../../host/shell-word.js';
import type { SshConnection } from '../../machine/ssh/connection.js';

export interface RemoteResult {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** What is done to a machine, in steps that are whole or not done. */
export interface RemoteHost {
  readonly name: string;
  /** Undefined if there is no such file. */
  readonly read: (path: string) => Promise<string | undefined>;
  /** On the disk when it returns; a reader finds the old content or the new. */
  readonly write: (path: string, text: string) => Promise<void>;
  readonly remove: (path: string) => Promise<void>;
  /** A file of this machine. */
  readonly upload: (local: string, path: string) => Promise<void>;
  readonly attempt: (argv: readonly string[], deadlineMs?: number) => Promise<RemoteResult>;
}

export async function runOn(host: RemoteHost, argv: readonly string[], deadlineMs?: number): Promise<string> {
  const { exitCode, stdout, stderr } = await host.attempt(argv, deadlineMs);
  if (exitCode === 0) return stdout;
  throw new FlashError(
    /No space left/.test(stderr) ? 'noDiskSpace' : 'infrastructure',
    `\`${argv.join(' ')}\` on ${host.name} exited with ${exitCode}`,
    { logTail: (stderr || stdout).trimEnd().split('\n').slice(-10).join('\n') },
  );
}

const uploadDeadlineMs = 1_200_000;

export function hostOver(connection: SshConnection): RemoteHost {
  const { name } = connection.target;
  return {
    name,
    async read(path) {
      const { exitCode, stdout } = await connection.attempt(`cat ${shellWord(path)}`, { what: `reading ${path}` });
      return exitCode === 0 ? stdout : undefined;
    },
    async write(path, text) {
      const [to, partial] = [shellWord(path), shellWord(`${path}.flash-partial`)];
      await connection.run(
        `mkdir -p "$(dirname ${to})" && cat >${partial} && sync ${partial} && mv ${partial} ${to} && sync -f "$(dirname ${to})"`,
        { input: text, what: `writing ${path}` },
      );
    },
    async remove(path) {
      await connection.run(`rm -rf ${shellWord(path)}`, { what: `removing ${path}` });
    },
    async upload(local, path) {
      const to = shellWord(path);
      const { exitCode, stderr } = await connection.pipe(
        ['cat', local],
        `mkdir -p "$(dirname ${to})" && cat >${to} && sync ${to}`,
        { deadlineMs: uploadDeadlineMs, what: `copying ${local}` },
      );
      if (exitCode === 0) return;
      const kind = /No space left/.test(stderr) ? 'noDiskSpace' : 'infrastructure';
      throw new FlashError(kind, `${local} could not be copied to ${path} on ${name}`, { logTail: stderr });
    },
    attempt(argv, deadlineMs) {
      // What runs as root over ssh may lack the directories of what root needs.
      const script = `export PATH="$PATH:/usr/sbin:/sbin" DEBIAN_FRONTEND=noninteractive LC_ALL=C\n${argv.map(shellWord).join(' ')}`;
      return connection.attempt(script, { what: argv[0] ?? '', ...(deadlineMs !== undefined && { deadlineMs }) });
    },
  };
}
