import { z } from 'zod';
import { nicModels } from '../nics/model.js';

/** The NIC that the tests of the data path run on; a veth pair if there is none. */
export const nicTestbedSchema = z
  .object({
    model: z.enum(nicModels),
    /** Whether its driver redirects in its NAPI poll. */
    driverRedirects: z.boolean(),
    /** Below what folder the modules of the kernel are, if its driver is one. */
    modules: z.string().optional(),
    /**
     * Two ports of a real card with a cable between them, by PCI address or name. Without, they are those of a
     * model, whose wire the tests control.
     */
    ports: z.tuple([z.string(), z.string()]).optional(),
  })
  .readonly();

export type NicTestbedOptions = z.infer<typeof nicTestbedSchema>;

/** Carries them, as JSON, from the program that runs the tests to AVA's own. */
export const testbedVariable = 'FLASH_TESTBED';
