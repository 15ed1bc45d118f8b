import { stringify } from 'yaml';
import { permissions } from '../lab/inventory/schema.js';
import type { LabPlan, PlannedPort } from './plan.js';
import { portAddress } from './qemu-args.js';

/** How a machine that runs is reached. */
export interface Reach {
  readonly sshPort: number;
  readonly privateKey: string;
  readonly knownHosts: string;
  readonly powerCycle: string;
}

/** The name under which known_hosts has the key of the machines. */
export const hostKeyAlias = 'virtual-lab';

/** An inventory as one would write it for hardware. */
export function formatInventory(plan: LabPlan, reachOf: (machine: string) => Reach): string {
  const machines = plan.machines.map((name) => {
    const { sshPort, privateKey, knownHosts, powerCycle } = reachOf(name);
    const options = [
      ...['IdentitiesOnly=yes', 'StrictHostKeyChecking=yes', `HostKeyAlias=${hostKeyAlias}`],
      `UserKnownHostsFile="${knownHosts}"`,
    ];
    const entry = {
      ssh: 'root@127.0.0.1',
      'ssh-options': ['-p', String(sshPort), '-i', privateKey, ...options.flatMap((option) => ['-o', option])],
      'power-cycle': powerCycle,
      may: [...permissions],
      ports: Object.fromEntries(
        plan.ports.filter(({ machine }) => machine === name).map((port) => [port.name, portAddress(port.slot)]),
      ),
    };
    return [name, entry] as const;
  });
  const end = (port: PlannedPort | undefined): string => `${port?.machine}.${port?.name}`;
  return stringify({
    machines: Object.fromEntries(machines),
    cables: plan.cables.map(([one, other]) => [end(plan.ports[one]), end(plan.ports[other])]),
  });
}
