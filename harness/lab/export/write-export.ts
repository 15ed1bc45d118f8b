import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { FlashError } from '../../errors.js';
import type { ExportedFile } from './job.js';

/** Every folder that this writes has it; what else is in one is not ours. */
const marker = '.flash-export';

/** Writes files to a folder that is new, empty or from an earlier export, and returns their paths. */
export function writeExport(files: readonly ExportedFile[], folder: string): readonly string[] {
  const has = existsSync(folder) ? readdirSync(folder) : [];
  if (has.length > 0 && !has.includes(marker)) {
    throw new FlashError('usage', `${folder} has files that are not from an export: ${has.slice(0, 3).join(', ')}`, {
      advice: 'name a folder that is new or empty with --output FOLDER',
    });
  }
  const all = [
    ...files,
    { path: marker, text: 'written by `npm run lab -- export`; the next one writes here again\n' },
  ];
  return all.flatMap(({ path, text }) => {
    const target = join(folder, path);
    if (existsSync(target) && readFileSync(target, 'utf8') === text) return path === marker ? [] : [target];
    mkdirSync(dirname(target), { recursive: true });
    writeFileSync(target, text);
    return path === marker ? [] : [target];
  });
}
