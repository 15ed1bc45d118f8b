import { join } from 'node:path';
import { FlashError } from '../../errors.js';
import { repositoryRoot } from '../../host/repository.js';
import { readInventory, type LabMachine } from '../../lab/inventory/inventory.js';
import { cutLines } from '../../process/lines.js';
import { requireSuccess, start, type RunResult } from '../../process/run.js';
import { waitUntil } from '../../process/wait-until.js';
import type { VirtualLab } from '../start-lab.js';
import { sshTo } from '../wait-for-ssh.js';
import type { Bench, Moment } from './fault.js';

const bootDeadlineMs = 600_000;
const labDeadlineMs = 1_200_000;
const bootId = 'cat /proc/sys/kernel/random/boot_id';

/** The first machine of a lab, and what it takes to try things with it. */
export function benchOf({ machines: [machine], nics, inventoryPath }: VirtualLab, packages: string): Bench {
  const [listed] = readInventory(inventoryPath).machines;
  if (machine === undefined || listed === undefined)
    throw new FlashError('infrastructure', `${inventoryPath} has no machine`);
  return {
    ...{ machine, nics, inventoryPath, packages },
    lab: (words, at) => callLab([...words, '--inventory', inventoryPath], at),
    ssh: async (command) => {
      const result = await sshTo(listed, [command]);
      requireSuccess(result, {});
      return result.stdout.trim();
    },
    waitForBoot: (notThisOne) => waitForBoot(listed, notThisOne),
  };
}

/** The command line program, as `npm run lab -- WORDS` calls it. */
export async function callLab(words: readonly string[], at?: Moment): Promise<RunResult> {
  const program = ['--enable-source-maps', join(repositoryRoot, 'dist', 'harness', 'cli.js'), 'lab', ...words];
  const child = start(process.execPath, program, { timeoutMs: labDeadlineMs });
  let acting: Promise<unknown> | undefined;
  for (const stream of [child.stdout, child.stderr]) {
    const lines = cutLines();
    stream.on('data', (chunk: Buffer | string) => {
      if (at !== undefined && acting === undefined && lines.push(chunk.toString()).some((line) => at.line.test(line)))
        acting = at.act();
    });
  }
  const { exitCode, stdout, stderr } = await child;
  await acting;
  const result = { command: `lab ${words.join(' ')}`, exitCode: exitCode ?? 1, stdout, stderr };
  if (at !== undefined && acting === undefined)
    throw new FlashError('testFailure', `${result.command} said nothing that matches ${at.line}`, {
      logTail: `${stdout}${stderr}`,
    });
  return result;
}

async function waitForBoot(machine: LabMachine, notThisOne?: string): Promise<string> {
  const state = { said: '' };
  return waitUntil(
    async () => {
      const { exitCode, stdout, stderr } = await sshTo(machine, [bootId]);
      state.said = exitCode === 0 ? `boot ${stdout.trim()}` : stderr;
      return exitCode === 0 && stdout.trim() !== notThisOne ? stdout.trim() : undefined;
    },
    {
      what: `${machine.name} to answer${notThisOne === undefined ? '' : ' after another boot'}`,
      deadlineMs: bootDeadlineMs,
      intervalMs: 1000,
      lastState: () => state.said,
    },
  );
}
