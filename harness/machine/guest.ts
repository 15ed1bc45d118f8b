import type { GuestEvent } from './guest/events.js';
import type { GuestOptions } from './guest/guest-events.js';
import { requireNoSplats, runInGuest } from './guest/run-in-guest.js';
import type { Machine, MachineEvent } from './machine.js';

export type GuestMachineOptions = Omit<GuestOptions, 'command' | 'input'>;

/** A guest, booted anew for each command. A kernel warning fails the command, whatever its exit code. */
export function guest(options: GuestMachineOptions): Machine {
  return {
    async run({ argv, input }, onEvent) {
      const pass = (event: GuestEvent): void => {
        const told = machineEvent(event);
        if (told !== undefined) onEvent?.(told);
      };
      const result = await runInGuest({
        ...options,
        command: argv,
        ...(input !== undefined && { input }),
        onEvent: pass,
      });
      requireNoSplats(result);
      return { exitCode: result.exitCode, logPath: result.runDir };
    },
  };
}

function machineEvent(event: GuestEvent): MachineEvent | undefined {
  switch (event.kind) {
    case 'start':
      return { kind: 'start', place: `${event.image} (${event.accel})`, accel: event.accel };
    case 'setup':
      return { kind: 'ready' };
    case 'output':
      return event;
    default:
      return undefined;
  }
}
