import * as z from 'zod';
import { defineProgram } from '../../machine/program.js';

/** A frame that came in at a port, and the port that it was sent from. */
const heardSchema = z.object({ at: z.string(), from: z.string() });

export type Heard = Readonly<z.infer<typeof heardSchema>>;

/** Sends frames from every port, and listens on all of them, for as long as it is told. */
export const cablesProgram = defineProgram({
  name: 'lab-cables',
  input: z.object({
    /** The name of each device by what its port is called, as MACHINE.PORT. */
    ports: z.record(z.string(), z.string()),
    /** Tells these frames from those of another run. */
    token: z.string(),
    seconds: z.number(),
  }),
  event: z.never(),
  output: z.array(heardSchema),
});
