import { attempt, lastLines, run } from '../../process/run.js';

/** Findings that the series still has. They fail, and once they do not, they belong with the others. */
export const openScenarios: readonly string[] = ['close-while-a-route-is-replaced'];

export interface ScenarioResult {
  readonly name: string;
  readonly open: boolean;
  /** What went wrong, or nothing. */
  readonly found?: string;
}

/** Does again what was found before, each in a process of its own. */
export async function runScenarios(program: string): Promise<readonly ScenarioResult[]> {
  const names = (await run(program, [])).split('\n').filter(Boolean);
  const results: ScenarioResult[] = [];
  for (const name of names) {
    const open = openScenarios.includes(name);
    const { exitCode, stderr } = await attempt(program, [name], {
      timeoutMs: 60_000,
      ...(open && { env: { FUZZ_OPEN_FINDINGS: '1' } }),
    });
    results.push({ name, open, ...(exitCode !== 0 && { found: lastLines(stderr, 40) || `exit code ${exitCode}` }) });
  }
  return results;
}
