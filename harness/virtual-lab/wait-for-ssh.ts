import { readInventory, type LabMachine } from '../lab/inventory/inventory.js';
import { attempt } from '../process/run.js';
import { waitUntil } from '../process/wait-until.js';
import type { VirtualLab } from './start-lab.js';

const deadlineMs = 900_000;

/** Until all machines of a lab that has just been switched on answer, as anybody would find out. */
export async function waitForSsh({ inventoryPath, machines }: VirtualLab): Promise<void> {
  const { machines: listed } = readInventory(inventoryPath);
  await Promise.all(
    listed.map((machine) =>
      waitUntil(
        async () => {
          const failed = machines.find(({ name }) => name === machine.name)?.failure();
          if (failed !== undefined) throw failed;
          return (await sshTo(machine, ['true'])).exitCode === 0;
        },
        { what: `${machine.name} to answer over SSH`, deadlineMs, intervalMs: 500, failAs: 'infrastructure' },
      ),
    ),
  );
}

export function sshTo({ ssh, sshOptions }: LabMachine, command: readonly string[]): ReturnType<typeof attempt> {
  const patience = ['BatchMode=yes', 'ConnectTimeout=30', 'ServerAliveInterval=5', 'ServerAliveCountMax=6'];
  return attempt('ssh', [...sshOptions, ...patience.flatMap((option) => ['-o', option]), ssh, '--', ...command]);
}
