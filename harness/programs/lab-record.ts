import { FlashError } from '../errors.js';
import { readHugePages } from '../lab/ports/machine-files.js';
import { recordProgram } from '../lab/ports/port-programs.js';
import { readRecord, recordPath, writeRecord } from '../lab/ports/record.js';
import { readPort } from '../lab/ports/read-state.js';
import { requireFree } from '../lab/ports/require-free.js';
import { serve } from '../machine/serve.js';

await serve(recordProgram, async ({ who, ports: addresses, reachedAt }) => {
  const earlier = readRecord();
  if (earlier !== undefined)
    throw new FlashError('busy', `${recordPath} has the record of ${earlier.who} since ${earlier.since}`, {
      advice: '`npm run lab -- restore` makes the machine as it was',
    });
  const ports = [];
  for (const [port, address] of Object.entries(addresses)) ports.push(await readPort(port, address));
  for (const state of ports) await requireFree(state, reachedAt);
  writeRecord({ version: 1, who, since: new Date().toISOString(), ports, files: readHugePages() });
  return ports;
});
