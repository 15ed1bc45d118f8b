import { FlashError } from '../errors.js';
import { aside } from '../host/progress.js';
import { runProgram } from '../machine/run-program.js';
import type { NicModel } from '../nics/model.js';
import { startNicPair } from '../machine/guest/nic-pair.js';
import { best, countingGuest, spread } from './counting.js';
import { costsProgram } from './costs-program.js';
import type { Cost, CostCase } from './cost-cases.js';
import { topCostProgram, type TopCost } from './top-cost-program.js';

export type KernelName = 'vanilla' | 'flash' | 'option off';

export interface KernelCosts {
  readonly kernel: KernelName;
  readonly image: string;
  readonly costs: readonly Cost[];
}

const deadlineMs = 900_000;

/** Boots a kernel and measures what a packet costs its sender there. */
export async function measureKernel(kernel: KernelName, image: string): Promise<KernelCosts> {
  const machine = countingGuest({ image, deadlineMs });
  return { kernel, image, costs: await runProgram(machine, costsProgram, {}, { onEvent: showCost(kernel) }) };
}

const nicMemoryMb = 2048;

/** The same on two ports of a NIC, redirected by its driver. */
export async function measureNic(model: NicModel, image: string): Promise<KernelCosts> {
  await using nics = await startNicPair(model);
  const machine = countingGuest({ image, nics, memoryMb: nicMemoryMb, deadlineMs });
  const costs = await runProgram(machine, costsProgram, { nic: model }, { onEvent: showCost(model) });
  return { kernel: 'flash', image, costs };
}

/** What a look of `flash top` takes, at a chain with traffic. */
export function measureTop(image: string): Promise<TopCost> {
  const machine = countingGuest({ image, deadlineMs: 2 * deadlineMs });
  return runProgram(machine, topCostProgram, { looks: 10, intervalMs: 300 });
}

function showCost(what: string): (cost: Cost) => void {
  return (cost) =>
    aside(() =>
      console.error(
        `flash: ${what}, ${cost.path}, batch ${cost.batch}, ${cost.packetBytes} bytes: ${best(cost).toFixed(1)}`,
      ),
    );
}

export function findCost({ costs }: KernelCosts, { path, batch, packetBytes }: CostCase): Cost {
  const found = costs.find((cost) => cost.path === path && cost.batch === batch && cost.packetBytes === packetBytes);
  if (found === undefined)
    throw new FlashError('guest', `there is no figure for ${path}, batch ${batch}, ${packetBytes} bytes`);
  return found;
}

/** A limit the figures are held to. */
export interface Goal {
  readonly what: string;
  readonly limit: string;
  readonly value: string;
  readonly met: boolean;
}

const hopLimit = 48;
/** Most of it is per call: see docs/benchmarks.md. */
const singleLimit = 1250;
const bystanderLimit = 0.003;
const optionOffLimit = 0.001;
/** How far apart two measurements of the same may be. */
export const spreadLimit = 0.01;
const percent = (share: number): string => `${(share * 100).toFixed(2)} %`;

/** @param optionOff a kernel that has the series without its option, if that is measured too */
export function judge(vanilla: KernelCosts, flash: KernelCosts, optionOff?: KernelCosts): Goal[] {
  const hop = (batch: number): number => best(findCost(flash, { path: 'zero-copy hop', batch, packetBytes: 64 }));
  const measured = [vanilla, flash, ...(optionOff === undefined ? [] : [optionOff])];
  const noise = Math.max(...measured.flatMap(({ costs }) => costs).map(spread));
  return [
    goal('instructions per packet of a zero-copy hop at batch 64', hop(64), hopLimit),
    goal('instructions of a zero-copy hop of a single packet', hop(1), singleLimit),
    goal('a socket on no route, beyond the vanilla kernel', beyond(vanilla, flash), bystanderLimit, percent),
    ...(optionOff === undefined
      ? []
      : [goal('the option off, beyond the vanilla kernel', beyond(vanilla, optionOff), optionOffLimit, percent)]),
    goal('two measurements of the same, apart', noise, spreadLimit, percent),
  ];
}

/** By which share the worst of what both can run costs more. */
function beyond(vanilla: KernelCosts, other: KernelCosts): number {
  return Math.max(...vanilla.costs.map((cost) => best(findCost(other, cost)) / best(cost) - 1));
}

function goal(what: string, value: number, limit: number, show = (figure: number) => figure.toFixed(1)): Goal {
  return { what, limit: `at most ${show(limit)}`, value: show(value), met: value <= limit };
}
