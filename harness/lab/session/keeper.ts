import { FlashError } from '../../errors.js';
import { shellWord } from '../../host/shell-word.js';
import { follow, type Followed } from '../../process/follow.js';
import { waitUntil } from '../../process/wait-until.js';
import type { SshConnection } from '../../machine/ssh/connection.js';
import { harnessDir } from '../../machine/ssh/place-harness.js';
import { recordPath } from '../ports/record.js';

/** In memory of the machine: a machine that boots is nobody's. */
export const lockPath = '/run/lock/flash-lab.lock';

/** What marks the processes of a run: all that they start inherits it. */
export const runVariable = 'FLASH_LAB_RUN';

/** Holds the machine for one run. */
export interface Keeper extends AsyncDisposable {
  /** Marks the processes of the run. */
  readonly token: string;
}

const beatMs = 10_000;
/** For so long nobody may be heard. */
const silenceSeconds = 45;
const startDeadlineMs = 30_000;
const endDeadlineMs = 330_000;
const busyCode = 75;

/**
 * Takes the machine's lock, which a process there holds for as long as it hears from here. If the connection is
 * lost, or this side dies, that process ends what the run has left, makes the machine as its record says, and lets
 * go of the lock.
 */
export async function keepMachine(connection: SshConnection, who: string, token: string): Promise<Keeper> {
  const child = connection.start(keeperScript({ who, token }));
  // It says when it has done what is left to do.
  const keeper = follow(child, `the lock of ${connection.target.name}`, endDeadlineMs);
  try {
    await waitUntil(() => /^locked$/m.test(keeper.stdout()) || refuse(connection, keeper), {
      what: `the lock of ${connection.target.name}`,
      deadlineMs: startDeadlineMs,
      failAs: 'infrastructure',
      lastState: keeper.stderr,
    });
  } catch (error) {
    await keeper.stop();
    throw error;
  }
  const say = (line: string): void => void (child.stdin.writable && child.stdin.write(`${line}\n`));
  child.stdin.on('error', () => undefined);
  const beat = setInterval(() => say('on'), beatMs);
  return {
    token,
    async [Symbol.asyncDispose]() {
      clearInterval(beat);
      say('stop');
      await Promise.race([keeper.end, child.then(() => undefined)]);
    },
  };
}

function refuse({ target }: SshConnection, keeper: Followed): false {
  if (keeper.ending() === undefined) return false;
  const holder = /^held by (.*)$/m.exec(keeper.stdout())?.[1];
  if (holder !== undefined)
    throw new FlashError('busy', `${target.name} is in use: ${holder}`, {
      advice: 'wait for that run to end; it lets go by itself, also if its connection is lost',
    });
  throw new FlashError('infrastructure', `the lock of ${target.name} could not be taken (${keeper.ending()})`, {
    logTail: keeper.stderr(),
  });
}

/** For bash, whose `read` knows a deadline. */
export function keeperScript({ who, token }: { readonly who: string; readonly token: string }): string {
  const script = `
exec 9>>${lockPath}
if ! flock -n 9; then
  echo "held by $(cat ${lockPath})"
  exit ${busyCode}
fi
trap '' HUP INT TERM PIPE
printf '%s\\n' ${shellWord(who)} >${lockPath}
echo locked
while IFS= read -r -t ${silenceSeconds} line && [ "$line" != stop ]; do :; done

left() { grep -lszx ${shellWord(`${runVariable}=${token}`)} /proc/[0-9]*/environ 2>/dev/null | cut -d/ -f3; }
for signal in TERM KILL; do
  for turn in $(seq 50); do
    pids=$(left)
    [ -z "$pids" ] && break 2
    [ "$turn" = 1 ] && kill -s "$signal" $pids 2>/dev/null
    sleep 0.1
  done
done
if [ -e ${recordPath} ] && [ -x ${harnessDir}/node ]; then
  cd ${harnessDir} && echo '{}' | timeout -k 5 300 ./node dist/bundles/programs/lab-restore.js >>/var/lib/flash/restore.log 2>&1
fi
: >${lockPath}
echo ended`;
  return `exec bash -c ${shellWord(script)}`;
}
