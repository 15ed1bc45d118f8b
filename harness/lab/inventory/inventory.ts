import { readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { isCollection, isPair, isScalar, LineCounter, parseDocument, type Document } from 'yaml';
import { FlashError } from '../../errors.js';
import { inventorySchema, type InventoryFile, type Permission } from './schema.js';

/** A machine of the lab, and how to reach it. */
export interface LabMachine {
  readonly name: string;
  /** What ssh is given to reach it. */
  readonly ssh: string;
  readonly sshOptions: readonly string[];
  /** A command on this machine that takes its power away and gives it back. */
  readonly powerCycle?: string;
  readonly may: readonly Permission[];
  /** By name: a PCI address or the name of an interface. */
  readonly ports: Readonly<Record<string, string>>;
}

export interface CableEnd {
  readonly machine: string;
  readonly port: string;
}

export type Cable = readonly [CableEnd, CableEnd];

export interface Inventory {
  readonly path: string;
  /** Where commands of the inventory run, and its paths begin. */
  readonly directory: string;
  readonly machines: readonly LabMachine[];
  readonly cables: readonly Cable[];
}

type Path = readonly PropertyKey[];

interface Problem {
  readonly path: Path;
  readonly message: string;
}

export function readInventory(path: string): Inventory {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (cause) {
    throw new FlashError('usage', `the inventory ${path} cannot be read: ${(cause as Error).message}`, {
      advice: 'write one, as docs/lab.md shows, or name another: --inventory FILE',
      cause,
    });
  }
  return parseInventory(text, path);
}

/** Throws all that is wrong with the text, each with its line. */
export function parseInventory(text: string, path: string): Inventory {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines });
  const lineAt = (offset: number): number => lines.linePos(offset).line;
  if (document.errors.length > 0)
    throw invalid(
      path,
      document.errors.map(({ pos, message }) => ({
        line: lineAt(pos[0]),
        message: message.split(/ at line|\n/)[0] ?? '',
      })),
    );
  const withLines = (problems: readonly Problem[]): { readonly line: number; readonly message: string }[] =>
    problems.map((problem) => ({
      line: lineAt(offsetOf(document, problem.path)),
      message: `${problem.path.join('.')}${problem.path.length > 0 ? ': ' : ''}${problem.message}`,
    }));
  const parsed = inventorySchema.safeParse(document.toJS() ?? {});
  if (!parsed.success) throw invalid(path, withLines(parsed.error.issues.flatMap(flatten)));
  const problems = contradictions(parsed.data);
  if (problems.length > 0) throw invalid(path, withLines(problems));
  return inventoryOf(parsed.data, path);
}

/** A key that should not be there is a problem where it is, and not of what it is in. */
function flatten(issue: {
  readonly code?: string | undefined;
  readonly path: Path;
  readonly message: string;
  readonly keys?: readonly string[];
}): Problem[] {
  if (issue.code !== 'unrecognized_keys') return [issue];
  return (issue.keys ?? []).map((key) => ({ path: [...issue.path, key], message: 'there is no such setting' }));
}

/** Of the innermost thing on the path that the text has. */
function offsetOf(document: Document.Parsed, path: Path): number {
  let offset = 0;
  let node: unknown = document.contents;
  for (const key of path) {
    if (!isCollection(node)) break;
    const pair = node.items.find((item) => isPair(item) && isScalar(item.key) && item.key.value === key);
    const next: unknown = isPair(pair) ? pair.value : node.items[Number(key)];
    const found: unknown = isPair(pair) ? pair.key : next;
    const range = (found as { range?: readonly [number, number, number] | null } | undefined)?.range;
    if (range === undefined || range === null) break;
    offset = range[0];
    node = next;
  }
  return offset;
}

/** What the parts of an inventory say of each other that cannot be. */
function contradictions({ machines, cables }: InventoryFile): Problem[] {
  const problems: Problem[] = [];
  for (const [name, { ports }] of Object.entries(machines)) {
    const seen = new Map<string, string>();
    for (const [port, address] of Object.entries(ports)) {
      const other = seen.get(address);
      if (other !== undefined)
        problems.push({ path: ['machines', name, 'ports', port], message: `${address} is ${other} already` });
      seen.set(address, port);
    }
  }
  const ends = new Map<string, number>();
  for (const [index, cable] of cables.entries()) {
    for (const [side, end] of cable.entries()) {
      const path = ['cables', index, side];
      const [machine = '', port = ''] = end.split('.');
      const known = machines[machine];
      if (known === undefined) problems.push({ path, message: `there is no machine "${machine}"` });
      else if (known.ports[port] === undefined) problems.push({ path, message: `${machine} has no port "${port}"` });
      if (ends.has(end)) problems.push({ path, message: `${end} is the end of another cable already` });
      ends.set(end, index);
    }
  }
  return problems;
}

function inventoryOf({ machines, cables }: InventoryFile, path: string): Inventory {
  const endOf = (text: string): CableEnd => {
    const [machine = '', port = ''] = text.split('.');
    return { machine, port };
  };
  return {
    path,
    directory: dirname(path),
    machines: Object.entries(machines).map(([name, machine]) => ({
      name,
      ssh: machine.ssh,
      sshOptions: machine['ssh-options'],
      ...(machine['power-cycle'] !== undefined && { powerCycle: machine['power-cycle'] }),
      may: machine.may,
      ports: machine.ports,
    })),
    cables: cables.map(([one, other]) => [endOf(one), endOf(other)]),
  };
}

function invalid(path: string, problems: readonly { readonly line: number; readonly message: string }[]): FlashError {
  const [first, ...more] = problems.map(({ line, message }) => `${path}:${line}: ${message}`);
  return new FlashError('usage', [first, ...more].join('\n  '), {
    advice: 'docs/lab.md explains what an inventory has',
  });
}

/** The machines that are meant: all, unless some are named. */
export function chooseMachines({ machines, path }: Inventory, names: readonly string[]): readonly LabMachine[] {
  const unknown = names.find((name) => !machines.some((machine) => machine.name === name));
  if (unknown !== undefined)
    throw new FlashError('usage', `${path} has no machine "${unknown}"`, {
      advice: `it has ${machines.map(({ name }) => name).join(', ')}`,
    });
  return names.length === 0 ? machines : machines.filter(({ name }) => names.includes(name));
}

/** Refuses what the inventory does not allow, before anything is done. */
export function requirePermission({ name, may }: LabMachine, permission: Permission, purpose: string): void {
  if (may.includes(permission)) return;
  throw new FlashError('usage', `the inventory does not allow ${purpose} on ${name}: its \`may\` lacks ${permission}`, {
    advice: `if it is meant to: may: [${[...may, permission].join(', ')}]`,
  });
}
