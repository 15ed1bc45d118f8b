import { createNetns, deleteNetns, ipBatch } from '../chain/netns.js';
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
  await ipBatch(costNetns, ['link add name a numtxqueues 2 numrxqueues 2 type veth peer name b numtxqueues 2 numrxqueues 2', 'link set dev a up', 'link set dev b up']);
  return { [Symbol.asyncDispose]: () => deleteNetns(costNetns) };
}

/** Sockets and a route for one case, ready to go. */
export async function startCostPump(each: CostCase): Promise<Pump> {
  const pump = await startPump({ netns: costNetns, mode: 'cost', ifname: 'a', ringSize: 256, rounds, ...pumpOptions(each) });
  if (each.path === 'wire') return pump;
  const [source, target] = pump.ids();
  if (source === undefined || target === undefined) throw new FlashError('infrastructure', 'the sockets of pump are not listed');
  setRoute(source, [target]);
  return pump;
}

/** What it measured, once it is let go. */
export async function finish(pump: Pump, each: CostCase): Promise<{ readonly nsPerPacket: number }> {
  pump.go();
  const { exitCode, report, stderr } = await pump.end;
  if (exitCode !== 0) throw new FlashError('infrastructure', `pump failed at ${JSON.stringify(each)}`, { logTail: stderr });
  return report as { nsPerPacket: number };
}
