import { InvalidArgumentError } from 'commander';
import { FlashError } from '../../errors.js';
import { buildForGuest } from '../../kernel/build/image.js';
import { nicCards, nicModels } from '../../nics/model.js';
import { parsePciAddress } from '../../passthrough/pci-device.js';
import { requireDevices, withDevices } from '../../passthrough/with-devices.js';
import type { SuiteResult } from '../../suites/suite.js';
import { nicParts, type PartOptions } from './nic-parts.js';
import { runOnNics } from './run-on-nics.js';

/** What runs on real NICs. */
export const partsOnDevices = nicParts.filter(({ takesDevices }) => takesDevices === true);

/** As commander asks for it. */
export function pciAddresses(given: string): readonly string[] {
  const words = given.split(',');
  const addresses = words.flatMap((word) => parsePciAddress(word) ?? []);
  if (addresses.length < words.length) throw new InvalidArgumentError('Give PCI addresses, such as 0000:01:00.0.');
  if (addresses.length > 2 || new Set(addresses).size < addresses.length)
    throw new InvalidArgumentError('Give one address, or two that differ.');
  return addresses;
}

export function sayGivenBack(addresses: readonly string[]): void {
  for (const address of addresses) console.log(`${address} has its driver again`);
  if (addresses.length === 0) console.log('no device is waiting to be given back');
}

/** Refuses parts that take a model. */
export function requireOnDevices(named: readonly string[]): void {
  const cannot = named.filter((name) => !partsOnDevices.some((part) => part.name === name));
  if (cannot.length === 0) return;
  throw new FlashError('usage', `${cannot.join(', ')} cannot be run on real NICs`, {
    advice: `name some of ${partsOnDevices.map(({ name }) => name).join(', ')}, or leave --passthrough out`,
  });
}

/** Runs parts on real NICs, which have their driver again afterwards. They are not away while a kernel is built. */
export async function runOnDevices(
  named: readonly string[],
  addresses: readonly string[],
  options: Pick<PartOptions, 'failFast' | 'match'>,
): Promise<readonly SuiteResult[]> {
  const chosen = partsOnDevices.filter(({ name }) => named.includes(name));
  await requireDevices(addresses);
  await buildForGuest();
  return withDevices(addresses, ({ driver }) =>
    runOnNics({
      parts: chosen.length > 0 ? chosen : partsOnDevices.slice(0, 1),
      models: nicModels.filter((model) => nicCards[model].driver === driver),
      options: { ...options, devices: addresses },
      // All of them would have the same cards.
      atOnce: 1,
    }),
  );
}
