import { appendFileSync } from 'node:fs';

/** Names the file, shared with the host, that carries the reports of a command in a guest. */
export const reportPathVariable = 'FLASH_REPORT';

/** Whether somebody outside this machine listens. */
export function hasHost(): boolean {
  return process.env[reportPathVariable] !== undefined;
}

/** Sends a JSON value from a command in a guest to the host: a `payload` event over there. */
export function reportToHost(payload: unknown): void {
  const path = process.env[reportPathVariable];
  if (path !== undefined) appendFileSync(path, `${JSON.stringify(payload)}\n`);
}
