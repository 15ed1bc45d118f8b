import { readFileSync } from 'node:fs';
import { parseKtap, type KtapResult } from './ktap.js';
import { runInGuest, type RunInGuestOptions } from './run-in-guest.js';
import type { GuestResult } from './events.js';

export interface KunitResult extends KtapResult {
  readonly guest: GuestResult;
}

/** The most the suites may take, with the boot they are part of. */
export const kunitDeadlineMs = 600_000;

/**
 * Boots a kernel that has KUnit suites and returns their results. The suites run before user space,
 * so a guest that reaches its command has run them all.
 */
export async function runKunit(options: Omit<RunInGuestOptions, 'command'>): Promise<KunitResult> {
  const guest = await runInGuest({
    bootDeadlineMs: kunitDeadlineMs,
    ...options,
    command: ['true'],
    appendKernelArgs: ['kunit.enable=1', ...(options.appendKernelArgs ?? [])],
  });
  return { ...parseKtap(readFileSync(guest.consoleLogPath, 'utf8')), guest };
}
