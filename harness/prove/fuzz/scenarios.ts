import { attempt, lastLines, run } from '../../process/run.js';

export interface ScenarioResult {
  readonly name: string;
  /** What went wrong, or nothing. */
  readonly found?: string;
}

/** Does again what was found before, each in a process of its own. */
export async function runScenarios(program: string): Promise<readonly ScenarioResult[]> {
  const names = (await run(program, [])).split('\n').filter(Boolean);
  const results: ScenarioResult[] = [];
  for (const name of names) {
    const { exitCode, stderr } = await attempt(program, [name], { timeoutMs: 60_000 });
    results.push({ name, ...(exitCode !== 0 && { found: lastLines(stderr, 40) || `exit code ${exitCode}` }) });
  }
  return results;
}
