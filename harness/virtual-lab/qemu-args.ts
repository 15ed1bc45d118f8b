import type { Accelerator } from '../machine/guest/accelerator.js';
import type { NicPort } from '../nics/model.js';

export interface BareMachine {
  readonly accel: Accelerator;
  readonly cpus: number;
  readonly memoryMb: number;
}

export interface VirtualHardware extends BareMachine {
  readonly disk: string;
  readonly mac: string;
  readonly ports: readonly NicPort[];
  readonly consolePath: string;
  readonly qmpPath: string;
}

/** What QEMU calls the network device that SSH comes by, and the card in a slot. */
export const managementId = 'management';
export const cardId = (index: number): string => `card${index}`;

/** The bus behind the first slot is the first after that of the mainboard. */
export const portAddress = (index: number): string => `0000:${(index + 1).toString(16).padStart(2, '0')}:00.0`;

/** A mainboard. The memory is shared with the processes that play its NICs. */
export function bareMachine({ accel, cpus, memoryMb }: BareMachine): string[] {
  return [
    ...['-nodefaults', '-no-user-config', '-display', 'none'],
    ...['-object', `memory-backend-memfd,id=memory,size=${memoryMb}M,share=on`],
    ...['-machine', 'q35,memory-backend=memory', '-m', `${memoryMb}M`],
    ...['-accel', accel, '-cpu', accel === 'kvm' ? 'host' : 'max', '-smp', String(cpus)],
    ...['-device', 'virtio-rng-pci'],
  ];
}

export interface Disk {
  readonly path: string;
  readonly format: 'raw' | 'qcow2';
  /** Whether what the machine wants written at once is; unsafe is for a disk that is made again otherwise. */
  readonly cache: 'writeback' | 'unsafe';
}

export function diskDevice({ path, format, cache }: Disk): string[] {
  const file = { driver: 'file', filename: path };
  const flags = { cache: { direct: false, 'no-flush': cache === 'unsafe' } };
  return [
    ...['-blockdev', JSON.stringify({ driver: format, 'node-name': 'disk', file, discard: 'unmap', ...flags })],
    ...['-device', 'virtio-blk-pci,drive=disk,bootindex=1'],
  ];
}

export function serialConsole(logPath: string): string[] {
  return ['-chardev', `file,id=console,path=${escapeCommas(logPath)},append=on`, '-serial', 'chardev:console'];
}

/** A machine that stays when it is switched off, for its power to come back. QEMU chooses the port that leads to SSH. */
export function machineArgs({ disk, mac, ports, consolePath, qmpPath, ...bare }: VirtualHardware): string[] {
  return [
    ...bareMachine(bare),
    ...diskDevice({ path: disk, format: 'qcow2', cache: 'writeback' }),
    ...['-netdev', `user,id=${managementId},hostfwd=tcp:127.0.0.1:0-:22`],
    ...['-device', `virtio-net-pci,netdev=${managementId},id=${managementId},mac=${mac},romfile=`],
    ...ports.flatMap(slot),
    ...serialConsole(consolePath),
    ...['-qmp', `unix:${escapeCommas(qmpPath)},server=on,wait=off`, '-no-shutdown'],
  ];
}

function slot(port: NicPort, index: number): string[] {
  const place = `pcie-root-port,id=slot${index},chassis=${index + 1},slot=${index + 1},addr=0x${(0x10 + index).toString(16)}`;
  return ['-device', place, '-device', JSON.stringify(cardInSlot(port, index))];
}

/** The device of a port, as QEMU takes it in JSON. */
export function cardInSlot({ socketPath }: NicPort, index: number): Readonly<Record<string, unknown>> {
  return {
    driver: 'vfio-user-pci',
    id: cardId(index),
    bus: `slot${index}`,
    socket: { type: 'unix', path: socketPath },
  };
}

const escapeCommas = (path: string): string => path.replaceAll(',', ',,');
