import { existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { ProcessPromise } from 'zx/core';
import { FlashError } from '../../errors.js';
import { startClock } from '../../host/duration.js';
import { shellWord } from '../../host/shell-word.js';
import { makeSocketDir } from '../../host/temporary.js';
import { follow, type Followed } from '../../process/follow.js';
import { attempt, lastLines, start, type RunResult } from '../../process/run.js';
import { waitUntil } from '../../process/wait-until.js';

/** A machine that ssh reaches. */
export interface SshTarget {
  /** What messages call it. */
  readonly name: string;
  /** What ssh is given to reach it. */
  readonly ssh: string;
  readonly sshOptions: readonly string[];
  /** Where relative paths in the options begin. */
  readonly directory?: string;
}

export interface RemoteOptions {
  /** After this long the machine itself ends the script; whoever waits here gives up somewhat later. */
  readonly deadlineMs?: number;
  readonly input?: string;
  /** What the script does, in words, as in "<what> on <machine> took longer than". */
  readonly what?: string;
}

/** One connection, which all commands share. Once it is lost it stays lost: no command makes another. */
export interface SshConnection extends AsyncDisposable {
  readonly target: SshTarget;
  /** Runs a script of sh to its end. An exit code is a result, a lost connection or a missed deadline is thrown. */
  readonly attempt: (script: string, options?: RemoteOptions) => Promise<RunResult>;
  /** The same, and throws if the exit code is not 0. */
  readonly run: (script: string, options?: RemoteOptions) => Promise<string>;
  /** Starts a script without waiting for its end. Its standard input stays open unless it is given one. */
  readonly start: (script: string, options?: Pick<RemoteOptions, 'input' | 'deadlineMs'>) => ProcessPromise;
  /** Whether the connection is still there. */
  readonly isOpen: () => boolean;
  /** Sends the output of a program here to the standard input of a script there. */
  readonly pipe: (local: readonly string[], script: string, options?: RemoteOptions) => Promise<RunResult>;
}

const connectDeadlineMs = 30_000;
const usualDeadlineMs = 60_000;
/** How much later than the machine we give up. */
const graceMs = 15_000;
/** What ssh exits with when there is no connection, and timeout when it has ended what it ran. */
const [noConnection, timedOut, killed] = [255, 124, 137];
/** The exit code of what a signal ended on this side. */
const endedHere = 1;

/** Secrets stay with ssh and its agent: it may ask nothing, and takes nothing along to the machine. */
const always = [
  '-T',
  ...option('BatchMode=yes'),
  ...option('ForwardAgent=no'),
  ...option('ForwardX11=no'),
  ...option('ClearAllForwardings=yes'),
  ...option('ConnectTimeout=15'),
  ...option('ServerAliveInterval=5'),
  ...option('ServerAliveCountMax=6'),
];

function option(text: string): readonly string[] {
  return ['-o', text];
}

/** Makes a connection. Disposing ends it, and with it what still runs over it on this side. */
export async function connectSsh(target: SshTarget): Promise<SshConnection> {
  const dir = makeSocketDir('ssh');
  const socket = join(dir, 'control');
  const cwd = target.directory === undefined ? {} : { cwd: target.directory };
  const options = [...option(`ControlPath=${socket}`), ...always, ...target.sshOptions];
  const master = follow(
    start('ssh', ['-M', '-N', ...option('ControlPersist=no'), ...options, '--', target.ssh], cwd),
    `the connection to ${target.name}`,
  );
  const dispose = async (): Promise<void> => {
    await master.stop();
    rmSync(dir, { recursive: true, force: true });
  };
  try {
    await waitUntil(() => existsSync(socket) || refuseIfEnded(target, master), {
      what: `a connection to ${target.name}`,
      deadlineMs: connectDeadlineMs,
      failAs: 'noNetwork',
      lastState: () => master.stderr() || 'ssh said nothing',
    });
  } catch (error) {
    await dispose();
    throw error;
  }
  // A client that found no master would connect by itself: the proxy sees to it that it cannot.
  const client = [...option('ControlMaster=no'), ...option('ProxyCommand=false'), ...options, '--', target.ssh];
  const startScript = (script: string, { input, deadlineMs }: Pick<RemoteOptions, 'input' | 'deadlineMs'> = {}) =>
    start('ssh', [...client, remoteCommand(script, deadlineMs)], {
      ...cwd,
      ...(input === undefined ? { openInput: true } : { input }),
    });
  const attemptScript = async (script: string, given: RemoteOptions = {}): Promise<RunResult> => {
    const { deadlineMs = usualDeadlineMs, input = '' } = given;
    const elapsed = startClock();
    const result = await attempt('ssh', [...client, remoteCommand(script, deadlineMs)], {
      ...cwd,
      input,
      timeoutMs: deadlineMs + graceMs,
    });
    return judge(target, result, master, { ...given, deadlineMs, seconds: elapsed() });
  };
  return {
    target,
    attempt: attemptScript,
    async run(script, given = {}) {
      const result = await attemptScript(script, given);
      if (result.exitCode === 0) return result.stdout;
      throw failed(target, result, given);
    },
    start: startScript,
    isOpen: () => master.ending() === undefined,
    async pipe(local, script, given = {}) {
      const { deadlineMs = usualDeadlineMs } = given;
      const ssh = ['ssh', ...client, remoteCommand(script, deadlineMs)];
      const line = `${local.map(shellWord).join(' ')} | ${ssh.map(shellWord).join(' ')}`;
      const elapsed = startClock();
      const result = await attempt('bash', ['-o', 'pipefail', '-c', line], {
        ...cwd,
        timeoutMs: deadlineMs + graceMs,
      });
      return judge(target, result, master, { ...given, deadlineMs, seconds: elapsed() });
    },
    [Symbol.asyncDispose]: dispose,
  };
}

/** As one word for the login shell, whichever that is. */
export function remoteCommand(script: string, deadlineMs?: number): string {
  const shell = `sh -c ${shellWord(script)}`;
  return deadlineMs === undefined ? shell : `timeout -k 5 ${Math.ceil(deadlineMs / 1000)} ${shell}`;
}

function refuseIfEnded(target: SshTarget, master: Followed): false {
  if (master.ending() === undefined) return false;
  throw new FlashError('noNetwork', `${target.name} cannot be reached: \`ssh ${target.ssh}\` gave up`, {
    logTail: lastLines(master.stderr(), 5),
    advice: `try \`${['ssh', ...target.sshOptions, target.ssh].map(shellWord).join(' ')} true\`: it must ask nothing, so have your key in the agent and the machine's in known_hosts`,
  });
}

interface Took {
  readonly deadlineMs: number;
  readonly seconds: number;
  readonly what?: string;
}

function judge(target: SshTarget, result: RunResult, master: Followed, took: Took): RunResult {
  const { exitCode, stderr } = result;
  const what = took.what ?? 'a command';
  if (exitCode === noConnection || master.ending() !== undefined)
    throw new FlashError('noNetwork', `the connection to ${target.name} was lost: ${what}`, {
      logTail: lastLines(`${stderr}${master.stderr()}`, 5),
    });
  const late = took.seconds * 1000 >= took.deadlineMs;
  if (late && [timedOut, killed, endedHere].includes(exitCode))
    throw new FlashError('infrastructure', `${what} on ${target.name} did not end within ${took.deadlineMs / 1000} s`, {
      logTail: lastLines(stderr, 5),
    });
  return result;
}

function failed(target: SshTarget, { exitCode, stderr, stdout }: RunResult, { what }: RemoteOptions): FlashError {
  return new FlashError('infrastructure', `${what ?? 'a command'} on ${target.name} failed with ${exitCode}`, {
    logTail: lastLines(stderr || stdout, 10),
  });
}
