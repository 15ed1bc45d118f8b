import type { ExecutionContext } from 'ava';

/** Sets variables until the test is over; tests that do run one after the other. */
export function setEnvironment(t: ExecutionContext, variables: Readonly<Record<string, string>>): void {
  const before = Object.keys(variables).map((name) => [name, process.env[name]] as const);
  Object.assign(process.env, variables);
  t.teardown(() => {
    for (const [name, value] of before) {
      if (value === undefined) delete process.env[name];
      else process.env[name] = value;
    }
  });
}
