import { existsSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { readIfThere } from './read-state.js';

const nodes = '/sys/devices/system/node';
const withoutNodes = '/sys/kernel/mm/hugepages';

/** The numbers of huge pages, for each size and NUMA node. */
export function readHugePages(): Readonly<Record<string, string>> {
  const parents = existsSync(nodes)
    ? readdirSync(nodes)
        .filter((name) => /^node\d+$/.test(name))
        .map((name) => join(nodes, name, 'hugepages'))
    : [withoutNodes];
  return Object.fromEntries(
    parents.filter(existsSync).flatMap((parent) =>
      readdirSync(parent).flatMap((size) => {
        const path = join(parent, size, 'nr_hugepages');
        const text = readIfThere(path);
        return text === undefined ? [] : [[path, text] as const];
      }),
    ),
  );
}

/** Returns what could not be brought back. */
export function applyFiles(wanted: Readonly<Record<string, string>>): readonly string[] {
  return Object.entries(wanted).flatMap(([path, text]) => {
    if (readIfThere(path) === text) return [];
    try {
      writeFileSync(path, text);
    } catch {
      // What it says then tells enough.
    }
    const now = readIfThere(path);
    return now === text ? [] : [`${path} was ${text} and is ${now ?? 'gone'}`];
  });
}
