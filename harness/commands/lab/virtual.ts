import { InvalidArgumentError, type Command } from 'commander';
import { formatSeconds, startClock } from '../../host/duration.js';
import { withProgress } from '../../host/progress.js';
import { ownModels, type OwnModel } from '../../nics/model.js';
import { waitUntil } from '../../process/wait-until.js';
import { startLab, type VirtualLab } from '../../virtual-lab/start-lab.js';
import { waitForSsh } from '../../virtual-lab/wait-for-ssh.js';
import { guestCommand } from '../guest-command.js';
import { needsPackages } from '../packages.js';

interface Options {
  readonly nic: readonly OwnModel[];
  readonly machines: number;
}

/** `lab virtual`: a lab for those who have none. */
export function addLabVirtual(lab: Command): void {
  needsPackages(guestCommand(lab, 'virtual'), 'virtual-lab')
    .description('start virtual machines with emulated NICs as a lab, which the other commands reach over SSH')
    .option('--nic <models>', `the NICs of each machine, two ports of each: ${ownModels.join(', ')}`, models, [
      'ixgbe',
    ] as const)
    .option('--machines <n>', 'how many; one has loop cables, more are cabled two by two', count, 1)
    .action(async ({ nic, machines }: Options) => {
      const elapsed = startClock();
      await using lab = await withProgress(async (onProgress) => {
        const started = await startLab({ models: nic, machines, onProgress });
        onProgress({ kind: 'phase', phase: 'virtual lab: waiting for SSH' });
        try {
          await waitForSsh(started);
        } catch (error) {
          await started.stop();
          throw error;
        }
        return started;
      });
      console.log(usage(lab, formatSeconds(elapsed())));
      await waitUntil(() => firstFailure(lab), {
        what: 'the end of the lab',
        deadlineMs: Number.POSITIVE_INFINITY,
        intervalMs: 500,
      });
    });
}

/** Never anything: a machine that has gone is an error. */
function firstFailure({ machines, nics }: VirtualLab): false {
  const failure = [nics, ...machines].map((each) => each.failure()).find((error) => error !== undefined);
  if (failure !== undefined) throw failure;
  return false;
}

function usage({ inventoryPath, machines }: VirtualLab, took: string): string {
  return [
    `${machines.map(({ name }) => name).join(', ')} ${machines.length === 1 ? 'answers' : 'answer'} over SSH (${took})`,
    `inventory  ${inventoryPath}`,
    ...machines.map(({ name, consolePath }) => `console    ${consolePath} (${name})`),
    '',
    'In another terminal:',
    '',
    `    npm run lab -- doctor --inventory ${inventoryPath}`,
    '',
    'Ctrl-C switches the machines off and removes all that was theirs.',
  ].join('\n');
}

function models(text: string): readonly OwnModel[] {
  const asked = text.split(',');
  const known = ownModels.filter((model) => asked.includes(model));
  if (known.length === asked.length) return known;
  throw new InvalidArgumentError(`NICs are ${ownModels.join(', ')}, separated by commas.`);
}

function count(text: string): number {
  if (/^(?:1|[2468])$/.test(text)) return Number(text);
  throw new InvalidArgumentError('Give 1, or an even number up to 8.');
}
