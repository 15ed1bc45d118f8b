import * as z from 'zod';
import { defineProgram } from '../../machine/program.js';
import { portStateSchema } from './state.js';

/** The address of each port by its name. */
const portsSchema = z.record(z.string(), z.string());

/** Writes down how a machine is, before a run changes it. It refuses if an earlier record is there. */
export const recordProgram = defineProgram({
  name: 'lab-record',
  input: z.object({
    who: z.string(),
    ports: portsSchema,
    /** The address by which this machine was reached: no run may have its port. */
    reachedAt: z.string().optional(),
  }),
  event: z.never(),
  output: z.array(portStateSchema),
});

const restoredSchema = z.object({
  /** Who had changed things and since when; undefined if nobody had. */
  since: z.string().optional(),
  /** What is not as it was. */
  problems: z.array(z.string()),
});

export type Restored = Readonly<z.infer<typeof restoredSchema>>;

/** Makes a machine as its record says, and removes the record. It needs nobody who waits for it. */
export const restoreProgram = defineProgram({
  name: 'lab-restore',
  input: z.object({}),
  event: z.never(),
  output: restoredSchema,
});
