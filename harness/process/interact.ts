import { spawn } from 'node:child_process';
import type { StdioOptions } from 'node:child_process';
import { inheritedEnvironment } from './environment.js';

/** Runs a program on the user's terminal (or on the given descriptor) and returns its exit code. */
export function interact(program: string, args: readonly string[], terminalFd?: number): Promise<number> {
  const stdio: StdioOptions = terminalFd === undefined ? 'inherit' : [terminalFd, terminalFd, terminalFd];
  const child = spawn(program, args, { stdio, env: inheritedEnvironment() });
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('exit', (code) => resolve(code ?? 1));
  });
}
