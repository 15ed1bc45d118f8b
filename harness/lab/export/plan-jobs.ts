import { FlashError } from '../../errors.js';
import { attemptGit } from '../../kernel/git.js';
import { repositoryRoot } from '../../host/repository.js';
import type { LabMachine } from '../inventory/inventory.js';
import type { BootMethod, FarmJob, Repository, Target } from './job.js';

export interface PlannedFor {
  /** QEMU if there are none. */
  readonly machines: readonly LabMachine[];
  /** What the farm calls their kind, if not as the inventory calls each. */
  readonly deviceType?: string;
  readonly bootMethod: BootMethod;
}

/** One job for each machine, or one for QEMU. */
export function planJobs(
  { machines, deviceType, bootMethod }: PlannedFor,
  what: Omit<FarmJob, 'name' | 'target'>,
): readonly FarmJob[] {
  const targets: readonly Target[] =
    machines.length === 0
      ? [{ kind: 'qemu', cpus: 2, memoryMb: 4096 }]
      : machines.map((machine) => ({
          kind: 'machine',
          machine,
          deviceType: deviceType ?? machine.name,
          bootMethod,
        }));
  return targets.map((target) => ({ ...what, target, name: nameOf(target, what.test) }));
}

function nameOf(target: Target, test: string): string {
  const suite = /^[a-z]\w*/.exec(test)?.[0] ?? 'tests';
  return `flash-${suite}-${target.kind === 'qemu' ? 'qemu' : target.machine.name}`;
}

/** The repository that is run, if others can get it: what its origin is, at the commit that is checked out. */
export async function ownRepository(dir: string = repositoryRoot): Promise<Repository> {
  const url = (await attemptGit(dir, ['remote', 'get-url', 'origin'])).stdout.trim();
  const revision = (await attemptGit(dir, ['rev-parse', 'HEAD'])).stdout.trim();
  if (/^(?:https?|git|ssh):\/\/|^[\w.-]+@[\w.-]+:/.test(url) && revision !== '') {
    return { url: withoutPassword(url), revision };
  }
  const found =
    url === '' ? 'this repository has no origin' : `the origin of this repository is ${withoutPassword(url)}`;
  throw new FlashError('usage', `${found}, from where no machine of a farm can get it`, {
    advice: 'say where they get it with --repository URL --revision REVISION',
  });
}

/** What is written into a job can be read by all who see the job. */
function withoutPassword(url: string): string {
  return url.replace(/^(\w+:\/\/)[^/@]*@/, '$1');
}
