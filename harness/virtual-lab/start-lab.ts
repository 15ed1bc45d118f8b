import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { cacheDir } from '../host/cache.js';
import type { OnProgress } from '../host/progress.js';
import { repositoryRoot } from '../host/repository.js';
import { makeSocketDir } from '../host/temporary.js';
import { chooseAccelerator } from '../machine/guest/choose-accelerator.js';
import { nicCards, type NicCard, type OwnModel } from '../nics/model.js';
import { startNics, type Nics } from '../nics/start-nics.js';
import { ensureNicQemu } from '../qemu/find.js';
import { ensureBaseDisk, type BaseDisk } from './disk/base-disk.js';
import { ownSuite } from './disk/suite.js';
import { formatInventory, hostKeyAlias } from './inventory.js';
import { planLab, type LabPlan } from './plan.js';
import { startMachine, type VirtualMachine } from './start-machine.js';

export interface VirtualLabOptions {
  readonly models: readonly OwnModel[];
  readonly machines: number;
  readonly onProgress: OnProgress;
}

/** A lab that runs: an inventory, as of hardware, and who can do what takes hands in the lab. */
export interface VirtualLab extends AsyncDisposable {
  readonly inventoryPath: string;
  readonly machines: readonly VirtualMachine[];
  readonly nics: Nics;
  readonly stop: () => Promise<void>;
}

/** Switches the machines on, and does not wait for them. Whoever starts the lab stops it; nothing of it stays. */
export async function startLab({ models, machines: count, onProgress }: VirtualLabOptions): Promise<VirtualLab> {
  const plan = planLab(models, count);
  const { program } = await ensureNicQemu();
  const base = await ensureBaseDisk({ suite: ownSuite(), firmware: allFirmware(), onProgress });
  const { accel } = await chooseAccelerator({ qemu: program, cpus });
  // Disks grow: they do not belong where sockets are.
  const directory = mkdtempSync(join(cacheDir('virtual-lab', 'running'), 'lab-'));
  const sockets = makeSocketDir('lab');
  const machines: VirtualMachine[] = [];
  let nics: Nics | undefined;
  const stop = async (): Promise<void> => {
    await Promise.all(machines.map((machine) => machine.stop()));
    await nics?.stop();
    for (const path of [directory, sockets]) rmSync(path, { recursive: true, force: true });
  };
  try {
    nics = await startNics({
      ports: plan.ports.map(({ model }, index) => ({ model, mac: macOf(1, index) })),
      wires: plan.cables.map(([one, port]) => [one, { port }]),
    });
    for (const [index, name] of plan.machines.entries()) {
      const ports = nics.ports.filter((_port, at) => plan.ports[at]?.machine === name);
      const hardware = { accel, cpus, memoryMb, mac: macOf(0, index), ports };
      machines.push(await startMachine({ ...hardware, name, qemu: program, base, directory, sockets }));
    }
    return {
      inventoryPath: writeLab(directory, plan, base, machines),
      machines,
      nics,
      stop,
      [Symbol.asyncDispose]: stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

const cpus = 2;
const memoryMb = 2048;

/** For any card: one disk is for all. */
const allFirmware = () => Object.values(nicCards).flatMap(({ firmware }: NicCard) => firmware ?? []);

/** Locally administered. */
function macOf(kind: number, index: number): string {
  return ['02', 'f1', 'a5', ...[0, kind, index].map((byte) => byte.toString(16).padStart(2, '0'))].join(':');
}

/** The inventory, and what it names. */
function writeLab(directory: string, plan: LabPlan, base: BaseDisk, machines: readonly VirtualMachine[]): string {
  const at = (name: string): string => join(directory, name);
  const [type, key] = readFileSync(base.hostKey, 'utf8').split(' ');
  writeFileSync(at('known_hosts'), `${hostKeyAlias} ${type} ${key}\n`);
  const program = join(repositoryRoot, 'dist', 'harness', 'virtual-lab', 'power-cycle.js');
  const sockets = machines.map(({ name, qmpPath }) => `${name}) set -- ${quote(qmpPath)} ;;\n`).join('');
  writeFileSync(
    at('power-cycle'),
    `#!/bin/sh\ncase \${1-} in\n${sockets}*) echo "usage: $0 MACHINE" >&2; exit 2 ;;\nesac\n` +
      `exec ${quote(process.execPath)} ${quote(program)} "$1"\n`,
  );
  chmodSync(at('power-cycle'), 0o755);
  const inventory = formatInventory(plan, (name) => ({
    sshPort: machines.find((machine) => machine.name === name)?.sshPort ?? 0,
    privateKey: base.privateKey,
    knownHosts: at('known_hosts'),
    powerCycle: `./power-cycle ${name}`,
  }));
  writeFileSync(at('lab.yaml'), inventory);
  return at('lab.yaml');
}

function quote(word: string): string {
  return `'${word.replaceAll("'", String.raw`'\''`)}'`;
}
