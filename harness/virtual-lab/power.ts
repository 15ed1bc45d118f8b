import * as z from 'zod';
import { FlashError } from '../errors.js';
import type { NicPort } from '../nics/model.js';
import { cardId, cardInSlot, managementId } from './qemu-args.js';
import { withMonitor, type Execute } from './qmp.js';

/** What a hand in the lab can do to a machine. */
export interface Hands {
  /** Takes the power away and gives it back. A machine that had switched itself off is on afterwards. */
  readonly powerCycle: () => Promise<void>;
  /** Whether it has power and has not switched itself off. */
  readonly isOn: () => Promise<boolean>;
  /** Pulls the cable that SSH comes by, or plugs it in. */
  readonly setManagementLink: (up: boolean) => Promise<void>;
  /** Pulls a card out of its slot, as by the button of the slot: the machine is asked and may take seconds. */
  readonly pullCard: (index: number) => Promise<void>;
  /** Puts it back. */
  readonly putCard: (index: number) => Promise<void>;
}

export function handsOn(qmpPath: string, ports: readonly NicPort[] = []): Hands {
  const tell = (work: (execute: Execute) => Promise<unknown>): Promise<void> =>
    withMonitor(qmpPath, async (execute) => void (await work(execute)));
  return {
    powerCycle: () =>
      tell(async (execute) => {
        await execute('system_reset');
        await execute('cont');
      }),
    isOn: () => withMonitor(qmpPath, async (execute) => (await statusOf(execute)) === 'running'),
    setManagementLink: (up) => tell((execute) => execute('set_link', { name: managementId, up })),
    pullCard: (index) => tell((execute) => execute('device_del', { id: cardId(index) })),
    putCard: (index) => {
      const port = ports[index];
      if (port === undefined) throw new FlashError('usage', `the machine never had a card in slot ${index}`);
      return tell((execute) => execute('device_add', cardInSlot(port, index)));
    },
  };
}

const status = z.object({ status: z.string() });

async function statusOf(execute: Execute): Promise<string> {
  return status.parse(await execute('query-status')).status;
}

/** Where SSH can be reached: the port that QEMU chose. */
export function findSshPort(qmpPath: string): Promise<number> {
  return withMonitor(qmpPath, async (execute) => {
    const said = z.string().parse(await execute('human-monitor-command', { 'command-line': 'info usernet' }));
    return parseForwardedPort(said);
  });
}

export function parseForwardedPort(usernet: string): number {
  const found = /^ *TCP\[HOST_FORWARD\] +\d+ +127\.0\.0\.1 +(\d+) /m.exec(usernet)?.[1];
  if (found !== undefined) return Number(found);
  throw new FlashError('infrastructure', `QEMU forwards no port to the machine: ${usernet.trim()}`);
}
