import { createHash } from 'node:crypto';

/** Entries of the table in bpf/xdp_balance.bpf.c: a prime, so that every step visits all of them. */
export const maglevSize = 1021;

/**
 * The table of Maglev (Eisenbud et al., NSDI 2016): in turns, each takes its next entry that is free, in an order that
 * follows from its number alone. All get as many, and few entries change when one comes or goes.
 */
export function maglevTable(replicas: readonly number[]): number[] {
  const orders = replicas.map((replica) => ({ replica, ...orderOf(replica), taken: 0 }));
  const table = new Array<number | undefined>(maglevSize).fill(undefined);
  for (let filled = 0; filled < maglevSize && orders.length > 0; ) {
    for (const order of orders) {
      if (filled === maglevSize) break;
      let slot = 0;
      do slot = (order.offset + order.taken++ * order.step) % maglevSize;
      while (table[slot] !== undefined);
      table[slot] = order.replica;
      filled++;
    }
  }
  return table.filter((replica) => replica !== undefined);
}

function orderOf(replica: number): { offset: number; step: number } {
  const hash = createHash('sha256').update(`replica ${replica}`).digest();
  return { offset: hash.readUInt32LE(0) % maglevSize, step: 1 + (hash.readUInt32LE(4) % (maglevSize - 1)) };
}
