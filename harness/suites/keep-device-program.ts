import * as z from 'zod';
import { defineProgram } from '../machine/program.js';

/** Gives a NIC to a guest that goes on until it is ended. What the guest says is told. */
export const keepDeviceProgram = defineProgram({
  name: 'keep-device',
  input: z.object({ address: z.string(), guestDrivers: z.array(z.string()) }),
  event: z.object({ said: z.string() }),
  output: z.object({ exitCode: z.number().nullable() }),
});
