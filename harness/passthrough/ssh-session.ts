import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { readIfThere } from './pci-device.js';

/**
 * Where the user comes from, if over SSH. sudo takes the variable away, so those who started this process are asked,
 * too.
 */
export function sshClient(procfs: string, pid: number): string | undefined {
  for (let each = pid; each > 1; each = parentOf(procfs, each)) {
    const [, client] = /^SSH_CONNECTION=(\S+) /m.exec(environmentOf(procfs, each)) ?? [];
    if (client !== undefined) return client;
  }
  return undefined;
}

function parentOf(procfs: string, pid: number): number {
  return Number(/^PPid:\s*(\d+)$/m.exec(readIfThere(join(procfs, String(pid), 'status')))?.[1] ?? 0);
}

/** A variable per line. */
function environmentOf(procfs: string, pid: number): string {
  const path = join(procfs, String(pid), 'environ');
  try {
    return existsSync(path) ? readFileSync(path, 'utf8').replaceAll('\0', '\n') : '';
  } catch {
    // That of another user, which only root may read.
    return '';
  }
}
