import { existsSync, mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import * as z from 'zod';
import { FlashError } from '../errors.js';
import { readJson, removeDurably, writeDurably } from '../host/durable-file.js';
import { addressSchema } from './network.js';

const interfaceSchema = z.object({
  name: z.string(),
  /** Which of the device's ports it is. */
  port: z.number(),
  up: z.boolean(),
  mtu: z.number(),
  mac: z.string(),
  addresses: z.array(addressSchema),
});

const recordSchema = z.object({
  address: z.string(),
  driver: z.string().optional(),
  driverOverride: z.string().optional(),
  interfaces: z.array(interfaceSchema),
});

/** An interface as it was. */
export type InterfaceState = Readonly<z.infer<typeof interfaceSchema>>;

/** How a device was before it was taken. */
export type DeviceRecord = Readonly<z.infer<typeof recordSchema>>;

/** The directory of a device, which is also what is locked. */
export function deviceDir(recordsDir: string, address: string): string {
  return join(recordsDir, address);
}

const recordPath = (recordsDir: string, address: string): string => join(deviceDir(recordsDir, address), 'record.json');

/** On the disk before anything is changed. */
export function writeRecord(recordsDir: string, record: DeviceRecord): void {
  mkdirSync(deviceDir(recordsDir, record.address), { recursive: true });
  writeDurably(recordPath(recordsDir, record.address), `${JSON.stringify(record, null, 2)}\n`);
}

/** Undefined if there is nothing to undo. */
export function readRecord(recordsDir: string, address: string): DeviceRecord | undefined {
  const path = recordPath(recordsDir, address);
  if (!existsSync(path)) return undefined;
  const record = recordSchema.safeParse(readJson(path)).data;
  if (record !== undefined) return record;
  throw new FlashError(
    'infrastructure',
    `${path} is not what was written there: ${address} cannot be given back by it`,
    {
      advice: 'bind the device to its driver by hand, and remove the file',
    },
  );
}

export function removeRecord(recordsDir: string, address: string): void {
  removeDurably(recordPath(recordsDir, address));
}

/** The devices that were taken and not given back, whether somebody has them now or was killed. */
export function recordedDevices(recordsDir: string): readonly string[] {
  if (!existsSync(recordsDir)) return [];
  return readdirSync(recordsDir)
    .filter((address) => existsSync(recordPath(recordsDir, address)))
    .sort();
}
