import type { FlashError } from '../../errors.js';
import { controlPortName } from '../../nics/control-port.js';
import type { NicPort, QemuModel } from '../../nics/model.js';
import { attachQemuPair } from './qemu-nics.js';
import { quote } from './run-directory.js';
import type { MachineOptions } from './virtme.js';

/** Emulated NICs, for a guest to have. */
export type GuestNics = StartedNics | QemuNics;

/** They run already, outside of QEMU. */
export interface StartedNics {
  readonly ports: readonly NicPort[];
  /** The guest reaches it by a serial port. */
  readonly controlPath: string;
  /** Why they are gone, if they are: the guest cannot go on without. */
  readonly failure: () => FlashError | undefined;
}

/** Two ports with a wire between them, which QEMU plays itself, and which end with it. */
export interface QemuNics {
  readonly pairOf: QemuModel;
  /** None that anything else plays. */
  readonly ports: readonly [];
  readonly failure: () => undefined;
}

/** A machine with the NICs in it; without NICs the machine as it is. */
export function attachNics<Machine extends MachineOptions>(machine: Machine, nics: GuestNics | undefined): Machine {
  if (nics === undefined) return machine;
  if ('pairOf' in nics) return attachQemuPair(machine, nics.pairOf);
  return { ...machine, extraQemuArgs: [...nicQemuArgs(nics, machine.memoryMb), ...(machine.extraQemuArgs ?? [])] };
}

export function requireAlive(nics: GuestNics | undefined): void {
  const failure = nics?.failure();
  if (failure !== undefined) throw failure;
}

/**
 * What QEMU needs to attach them: memory that their process can map, a root port for each, as a card
 * in a slot has, and the serial port. vng puts its options through a shell.
 */
export function nicQemuArgs(
  { ports, controlPath }: Pick<StartedNics, 'ports' | 'controlPath'>,
  memoryMb: number,
): string[] {
  return [
    `-object memory-backend-memfd,id=nic-memory,size=${memoryMb}M,share=on -machine memory-backend=nic-memory`,
    ...ports.map(
      (port, index) =>
        `-device pcie-root-port,id=nic-slot${index},chassis=${index + 1} -device ${quote(device(port, index))}`,
    ),
    `-chardev ${quote(`socket,id=nic-control,path=${controlPath}`)} -device virtio-serial-pci,id=nic-serial`,
    `-device virtserialport,bus=nic-serial.0,chardev=nic-control,name=${controlPortName}`,
  ];
}

/** In JSON, since the address of a socket is no plain value. */
function device({ socketPath }: NicPort, index: number): string {
  return JSON.stringify({
    driver: 'vfio-user-pci',
    bus: `nic-slot${index}`,
    socket: { type: 'unix', path: socketPath },
  });
}
