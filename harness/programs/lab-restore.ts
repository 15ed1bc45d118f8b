import { testNamespaces } from '../lab/ports/test-namespaces.js';
import { applyPort, removeNamespaces } from '../lab/ports/apply-state.js';
import { applyFiles } from '../lab/ports/machine-files.js';
import { restoreProgram } from '../lab/ports/port-programs.js';
import { readRecord, removeRecord } from '../lab/ports/record.js';
import { serve } from '../machine/serve.js';

await serve(restoreProgram, async () => {
  const record = readRecord();
  if (record === undefined) return { problems: [] };
  const problems: string[] = [];
  for (const state of record.ports)
    problems.push(...(await applyPort(state)).map((problem) => `${state.port} (${state.name}): ${problem}`));
  problems.push(...applyFiles(record.files));
  await removeNamespaces(testNamespaces);
  // With problems it stays: the next try has what to go by.
  if (problems.length === 0) removeRecord();
  return { since: record.who, problems };
});
