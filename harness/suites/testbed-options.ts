import * as z from 'zod';
import { isOwn, nicModels, type NicModel } from '../nics/model.js';

/** The NIC that the tests of the data path run on; a veth pair if there is none. */
export const nicTestbedSchema = z
  .object({
    model: z.enum(nicModels),
    /** Whether its driver redirects in its NAPI poll. */
    driverRedirects: z.boolean(),
    /** Below what folder the modules of the kernel are, if its driver is one. */
    modules: z.string().optional(),
    /**
     * Ports of a card whose wire nobody controls: how many the driver serves, or two by PCI address or name. Between two
     * is a cable. Without, they are the two of a model, whose wire the tests control.
     */
    ports: z.union([z.literal(1), z.literal(2), z.tuple([z.string(), z.string()])]).optional(),
  })
  .readonly();

export type NicTestbedOptions = z.infer<typeof nicTestbedSchema>;

/** How many ports the driver of an emulated pair serves whose wire nobody controls; undefined if the tests do. */
export function portsOfPair(model: NicModel): 2 | undefined {
  return isOwn(model) ? undefined : 2;
}

/** Carries them, as JSON, from the program that runs the tests to AVA's own. */
export const testbedVariable = 'FLASH_TESTBED';
