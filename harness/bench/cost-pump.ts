import { createNetns, deleteNetns, ipBatch } from '../host/netns.js';
import { FlashError } from '../errors.js';
import { setRoute } from '../flash/registry.js';
import { startPump, type Pump } from '../native/pump.js';
import { pumpOptions, type CostCase } from './cost-cases.js';

/** Runs in the guest: the network namespace of what is measured. */
export const costNetns = 'flash-cost';

const rounds = 400;

/** The veth pair that the sockets are on. */
export async function createVeth(): Promise<AsyncDisposable> {
  await createNetns(costNetns);
  await ipBatch(costNetns, [
    'link add name a numtxqueues 2 numrxqueues 2 type veth peer name b numtxqueues 2 numrxqueues 2',
    'link set dev a up',
    'link set dev b up',
  ]);
  return { [Symbol.asyncDispose]: () => deleteNetns(costNetns) };
}

/** The sockets of one case, ready to go. */
export async function startCostPump(each: CostCase): Promise<Pump> {
  return startPump({ netns: costNetns, mode: 'cost', ifname: 'a', ringSize: 256, rounds, ...pumpOptions(each) });
}

/** Sets the route of the case and lets the pump go; returns what a packet costs, in nanoseconds. */
export async function runCostPump(pump: Pump, each: CostCase): Promise<number> {
  if (each.path !== 'wire') {
    const [source, target] = pump.ids();
    if (source === undefined || target === undefined)
      throw new FlashError('infrastructure', 'the sockets of pump are not listed');
    setRoute(source, [target]);
  }
  return runToEnd(pump, JSON.stringify(each));
}

/** Lets a pump go that measures what a packet costs, in nanoseconds. */
export async function runToEnd(pump: Pump, what: string): Promise<number> {
  pump.go();
  const { exitCode, report, stderr } = await pump.end;
  if (exitCode !== 0) throw new FlashError('infrastructure', `pump failed at ${what}`, { logTail: stderr });
  return (report as { nsPerPacket: number }).nsPerPacket;
}
