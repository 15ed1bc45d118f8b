import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { run } from '../../process/run.js';
import { touchedFiles } from '../series/apply.js';
import type { Patch } from '../series/series.js';

/** The directories that are compiled whole: net/xdp always, and that of every driver the patches touch. */
export function buildDirs(patches: readonly Patch[]): readonly string[] {
  const driver = /^drivers\/net\/ethernet\/[^/]+\/[^/]+(?=\/)/;
  const drivers = patches.flatMap(touchedFiles).flatMap((file) => driver.exec(file)?.[0] ?? []);
  return [...new Set(['net/xdp', ...drivers])];
}

/** What the patches could break: those directories, touched files elsewhere, and who uses a driver API they touch. */
export async function affectedTargets(tree: string, patches: readonly Patch[]): Promise<readonly string[]> {
  const dirs = buildDirs(patches);
  const others = touchedSources(tree, patches).filter((file) => !dirs.some((dir) => file.startsWith(`${dir}/`)));
  return [...dirs.map((dir) => `${dir}/`), ...others.map(toObject), ...(await apiUsers(tree, patches))];
}

/** net/xdp, where headers of the series end up, and the files that the patches touch elsewhere. */
export function touchedTargets(tree: string, patches: readonly Patch[]): readonly string[] {
  return [
    'net/xdp/',
    ...touchedSources(tree, patches)
      .filter((file) => !file.startsWith('net/xdp/'))
      .map(toObject),
  ];
}

/** The drivers that redirect, or will. */
const redirecting = ['intel/ixgbe', 'intel/i40e', 'intel/ice', 'intel/igb', 'mellanox/mlx5/core'];
const users = [...redirecting.map((dir) => `drivers/net/ethernet/${dir}`), 'drivers/net/virtio_net.c', 'net/core'];

/** What those, and the rest of the kernel, have that uses headers of AF_XDP, if one of the patches touches such a header. */
async function apiUsers(tree: string, patches: readonly Patch[]): Promise<readonly string[]> {
  const headers = ['xdp_sock', 'xdp_sock_drv', 'xsk_buff_pool'];
  const touched = new Set(patches.flatMap(touchedFiles));
  if (!headers.some((name) => touched.has(`include/net/${name}.h`))) return [];
  const included = `#include <net/(${headers.join('|')})\\.h>`;
  const found = await run('grep', ['-rlE', '--include=*.c', included, ...users], { cwd: tree });
  return found.trim().split('\n').map(toObject);
}

/** Touched files that are compiled, as far as they exist in the tree. */
function touchedSources(tree: string, patches: readonly Patch[]): readonly string[] {
  const isCompiled = (file: string): boolean =>
    /^(?:net|drivers|kernel|lib|mm)\/.+\.c$/.test(file) && existsSync(join(tree, file));
  return [...new Set(patches.flatMap(touchedFiles).filter(isCompiled))];
}

function toObject(file: string): string {
  return file.replace(/\.c$/, '.o');
}
