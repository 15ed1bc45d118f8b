import * as z from 'zod';

/** What a run may change on a machine. What is not listed stays as it is. */
export const permissions = ['install-kernels', 'change-ports', 'reserve-hugepages'] as const;

export type Permission = (typeof permissions)[number];

const name = z.string().regex(/^[A-Za-z][\w-]*$/, 'a name is a letter, then letters, digits, _ and -');
const pciAddress = /^[0-9a-f]{4}:[0-9a-f]{2}:[01][0-9a-f]\.[0-7]$/;
const looksLikePci = /^[0-9A-Fa-f]*:?[0-9A-Fa-f]+:[0-9A-Fa-f]+\.[0-9A-Fa-f]+$/;

const port = z
  .string()
  .min(1, 'a port is a PCI address or the name of an interface')
  .refine((text) => !looksLikePci.test(text) || pciAddress.test(text), 'a PCI address is written as 0000:01:00.0')
  .refine((text) => !/[\s/]/.test(text), 'no interface has such a name');

const destination = z
  .string()
  .regex(/^[^-\s]\S*$/, 'say here what you would give to ssh: USER@HOST or a name of your ssh_config');

export const machineSchema = z
  .strictObject({
    ssh: destination,
    'ssh-options': z.array(z.string()).default([]),
    'power-cycle': z.string().min(1).optional(),
    may: z.array(z.enum(permissions)).default([]),
    ports: z.record(name, port).default({}),
  })
  .readonly();

const end = z.string().regex(/^[^.\s]+\.[^.\s]+$/, 'the end of a cable is written as MACHINE.PORT');

export const inventorySchema = z
  .strictObject({
    machines: z.record(name, machineSchema).refine((all) => Object.keys(all).length > 0, 'there is no machine in it'),
    cables: z.array(z.tuple([end, end])).default([]),
  })
  .readonly();

export type InventoryFile = z.output<typeof inventorySchema>;

export const isPciAddress = (text: string): boolean => pciAddress.test(text);
