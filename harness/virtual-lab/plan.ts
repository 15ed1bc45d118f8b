import { FlashError } from '../errors.js';
import type { OwnModel } from '../nics/model.js';

/** A port of a machine in the plan of a lab. */
export interface PlannedPort {
  readonly machine: string;
  /** Its name in the inventory, and which slot of its machine it is in. */
  readonly name: string;
  readonly slot: number;
  readonly model: OwnModel;
}

export interface LabPlan {
  readonly machines: readonly string[];
  readonly ports: readonly PlannedPort[];
  /** Positions in `ports`. */
  readonly cables: readonly (readonly [number, number])[];
}

/** The slots of a machine that have their place on the mainboard. */
const maxPorts = 8;

/**
 * Two ports of each model in each machine. One machine has a loop cable between the two; with more, each port leads
 * to the same one of its neighbour, two by two.
 */
export function planLab(models: readonly OwnModel[], machineCount: number): LabPlan {
  if (models.length * 2 > maxPorts) throw new FlashError('usage', `a machine has slots for ${maxPorts / 2} NICs`);
  if (machineCount > 1 && machineCount % 2 === 1)
    throw new FlashError('usage', `cables join machines two by two, and ${machineCount} is odd`, {
      advice: 'take 1, or an even number of machines',
    });
  const machines = machineCount === 1 ? ['dut'] : Array.from({ length: machineCount }, (_none, at) => `dut${at}`);
  const ports = machines.flatMap((machine) =>
    models
      .flatMap((model) => [model, model])
      .map((model, slot): PlannedPort => ({ machine, name: `p${slot}`, slot, model })),
  );
  const perMachine = models.length * 2;
  const other = machineCount === 1 ? 1 : perMachine;
  const isFirst = (at: number): boolean => Math.floor(at / other) % 2 === 0;
  const cables = ports.flatMap((_port, at) => (isFirst(at) ? [[at, at + other] as const] : []));
  return { machines, ports, cables };
}
