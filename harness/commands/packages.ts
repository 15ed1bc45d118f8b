import { join } from 'node:path';
import { Option, type Command } from 'commander';
import { exitCodes, FlashError } from '../errors.js';
import { inspectCachePath } from '../host/machine.js';
import { repositoryRoot } from '../host/repository.js';
import { interact } from '../process/interact.js';
import { throwIfInterrupted } from '../process/interrupt.js';

/** What a command needs of the distribution: nothing if it only looks, what all need, or with it what ci/bootstrap.sh has under a name. */
type Packages =
  | 'none'
  | 'usual'
  | 'bench'
  | 'parity'
  | 'nic'
  | 'test'
  | 'fresh'
  | 'mail'
  | 'package'
  | 'lab'
  | 'virtual-lab'
  | 'prove'
  | 'trace';

const needs = new WeakMap<Command, (command: Command) => Packages>();

/** Says what a command, and those below it that do not say it themselves, need: the usual unless told. */
export function needsPackages(command: Command, packages: Packages | ((command: Command) => Packages)): Command {
  needs.set(command, typeof packages === 'function' ? packages : () => packages);
  return command;
}

/**
 * Installs what is missing right before a command acts, when what can be wrong with its arguments has been
 * looked at. Only if ci/flash asks for it: who calls the program without it sees to packages himself.
 * To be called once every command is there.
 */
export function installPackagesFirst(program: Command): void {
  program.addOption(new Option('--install-packages').hideHelp());
  for (const command of allBelow(program)) {
    command.hook('preAction', async (_command, acting) => {
      if (acting === command && program.getOptionValue('installPackages') === true) await install(packagesOf(acting));
    });
  }
}

async function install(packages: Packages): Promise<void> {
  if (packages === 'none') return;
  const { state, found, advice = '' } = await inspectCachePath();
  if (state === 'missing') throw new FlashError('usage', found, { advice });
  const exitCode = await interact(join(repositoryRoot, 'ci', 'bootstrap.sh'), packages === 'usual' ? [] : [packages]);
  throwIfInterrupted();
  if (exitCode === 0) return;
  const kind = exitCode === exitCodes.noNetwork ? 'noNetwork' : 'missingTool';
  throw new FlashError(kind, 'packages are missing and could not be installed; the lines above say why');
}

function allBelow(command: Command): readonly Command[] {
  return command.commands.flatMap((each) => [each, ...allBelow(each)]);
}

function packagesOf(acting: Command): Packages {
  for (let command: Command | null = acting; command !== null; command = command.parent) {
    const found = needs.get(command);
    if (found !== undefined) return found(acting);
  }
  return 'usual';
}
