import { FlashError } from '../../errors.js';
import { attempt, lastLines, run } from '../../process/run.js';

const noSuchScenario = 2;

export interface ScenarioResult {
  readonly name: string;
  /** What went wrong, or nothing. */
  readonly found?: string;
}

/** Does again what was found before, each in a process of its own. */
export async function runScenarios(program: string): Promise<readonly ScenarioResult[]> {
  const names = (await run(program, [])).split('\n').filter(Boolean);
  const results: ScenarioResult[] = [];
  for (const name of names) results.push(await runScenario(program, name));
  return results;
}

/** Does one of them. Exit code 2 says that there is none of this name. */
export async function runScenario(program: string, name: string): Promise<ScenarioResult> {
  const { exitCode, stderr } = await attempt(program, [name], { timeoutMs: 60_000 });
  if (exitCode === noSuchScenario)
    throw new FlashError('usage', `there is no scenario ${name}`, { advice: `${program} lists them` });
  return { name, ...(exitCode !== 0 && { found: lastLines(stderr, 40) || `exit code ${exitCode}` }) };
}
