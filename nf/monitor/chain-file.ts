import { readFileSync } from 'node:fs';
import { LineCounter, parseDocument, type Document } from 'yaml';
import * as z from 'zod';
import { FlashError } from '../../harness/errors.js';

const nameSchema = z.string().regex(/^[a-z0-9][a-z0-9_-]{0,30}$/, 'a name has up to 31 letters, digits, - and _');
const powerOfTwo = (number: number): boolean => (number & (number - 1)) === 0;
const mostNameLength = 31;
/** Of one replica alone, if there is a number. */
const functionNameSchema = z
  .string()
  .max(mostNameLength)
  .regex(/^[a-z0-9][a-z0-9_-]*(\.\d+)?$/, 'a function has up to 31 letters, digits, - and _, and may end with .NUMBER');
const sizeSchema = (least: number, most: number) =>
  z.number().int().min(least).max(most).refine(powerOfTwo, 'must be a power of two');

const mostQueue = 63;

const framesSchema = z
  .number()
  .int()
  .min(2)
  .max(1 << 20);
const frameSizeSchema = sizeSchema(2048, 4096);
const usualFrameSize = 2048;

/** What functions share: packets go from one to the other without a copy. */
const memorySchema = z
  .strictObject({ frames: framesSchema, frameSize: frameSizeSchema.default(usualFrameSize) })
  .readonly();

export type MemorySize = z.output<typeof memorySchema>;

/** Each has a number in the bytes that say whose a frame is. */
export const mostMembers = 254;

/** A name or a number. */
const idSchema = z.union([z.string().min(1), z.number().int().min(0)]);

const functionSchema = z
  .strictObject({
    /** Where its socket is bound: a queue that no other function has. */
    device: z.string().regex(/^(?!\.{1,2}$)[^\s/:]{1,15}$/, 'a device has up to 15 characters without blanks, / and :'),
    queue: z.number().int().min(0).max(mostQueue),
    /** Who may be it, see who.ts: at least one of these. */
    user: idSchema.optional(),
    group: idSchema.optional(),
    unit: z
      .string()
      .regex(/^[\w:.@\\-]+\.(service|scope)$/, 'a unit is called NAME.service or NAME.scope')
      .optional(),
    cgroup: z
      .string()
      .regex(/^(\/[^/\n]+)+$/, 'a cgroup is a path from the root of the hierarchy, such as /system.slice/web.service')
      .optional(),
    /** Whether it gets what the device receives on that queue. */
    input: z.boolean().default(false),
    /** Where its packets go, by index; onto the wire of its device if there is none. */
    to: z.array(functionNameSchema).default([]),
    /** Several of them, NAME.0 and so on, on as many queues from `queue` on. */
    replicas: z.number().int().min(1).max(64).optional(),
    /** What becomes of packets for it while nobody is it. */
    missing: z.enum(['bypass', 'stall', 'drop']).default('stall'),
    /** How long it may go on when it is not wanted any more. */
    leaveSeconds: z.number().int().min(1).max(86_400).default(60),
    /** A program that does not join: it opens a socket on the queue itself, by which it is known. */
    legacy: z.boolean().default(false),
    /** In which its frames are, with those of others. Without one it has a memory of its own. */
    memory: z.string().optional(),
    /** Its share, if there is a memory. */
    frames: framesSchema.default(4096),
    /** Of a memory of its own. */
    frameSize: frameSizeSchema.optional(),
    ring: sizeSchema(2, 1 << 15).default(1024),
  })
  .readonly();

type FileFunction = z.output<typeof functionSchema>;
type FileFunctions = Readonly<Record<string, FileFunction>>;
export type ChainFunction = Omit<FileFunction, 'replicas'>;

/** A function that was asked to leave and has not, as one monitor leaves it to the next one. */
export const savedLeavingSchema = z
  .object({ chain: nameSchema, name: functionNameSchema, fn: functionSchema, cookie: z.string() })
  .readonly();

export type SavedLeaving = z.output<typeof savedLeavingSchema>;

const mostEdges = 64;

const namesOf = (name: string, { replicas }: FileFunction): readonly string[] =>
  replicas === undefined ? [name] : Array.from({ length: replicas }, (_, index) => `${name}.${index}`);

/** Names are anybody's: one may be that of something which every object has. */
export function ownOf<T>(record: Readonly<Record<string, T>>, name: string): T | undefined {
  return Object.hasOwn(record, name) ? record[name] : undefined;
}

/** Every replica a function of its own, and an edge to each. With each the name that it has in the file. */
function expand(functions: FileFunctions): readonly (readonly [name: string, inFile: string, fn: ChainFunction])[] {
  const spread = (target: string): readonly string[] => {
    const fn = ownOf(functions, target);
    return fn === undefined ? [target] : namesOf(target, fn);
  };
  return Object.entries(functions).flatMap(([inFile, fn]) => {
    const { replicas: _, ...rest } = fn;
    const one = fn.memory === undefined ? { ...rest, frameSize: fn.frameSize ?? usualFrameSize } : rest;
    const to = fn.to.flatMap(spread);
    return namesOf(inFile, fn).map((name, index) => [name, inFile, { ...one, to, queue: fn.queue + index }] as const);
  });
}

const chainSchema = z
  .strictObject({
    chain: nameSchema,
    memories: z.record(nameSchema, memorySchema).default({}),
    functions: z.record(functionNameSchema, functionSchema),
  })
  .superRefine((file, context) => {
    const expanded = expand(file.functions);
    const functions = Object.fromEntries(expanded.map(([name, , fn]) => [name, fn]));
    const refuseAt = (path: readonly string[], message: string): void =>
      context.addIssue({ code: 'custom', path: [...path], message });
    const refuse = (path: readonly string[], message: string): void => refuseAt(['functions', ...path], message);
    for (const { path, message } of wrongLegacy(file.functions)) refuseAt(path, message);
    for (const { path, message } of wrongMemories(file.memories, file.functions, Object.values(functions)))
      refuseAt(path, message);
    const places = new Map<string, string>();
    for (const [name, inFile, { device, queue, to, missing, ...who }] of expanded) {
      if ([who.user, who.group, who.unit, who.cgroup].every((each) => each === undefined))
        refuse([inFile], 'who may be it? Say user, group, unit or cgroup');
      const place = `${device} queue ${queue}`;
      const other = places.get(place);
      if (other !== undefined) refuse([inFile, 'queue'], `${place} is that of ${other} already`);
      places.set(place, name);
      if (name.length > mostNameLength)
        refuse([inFile, 'replicas'], `${name} is longer than ${mostNameLength} characters`);
      if (queue > mostQueue) refuse([inFile, 'replicas'], `there is no queue ${queue}`);
      if (to.length > mostEdges)
        refuse([inFile, 'to'], `leads to ${to.length} functions, and ${mostEdges} are the most`);
      if (missing === 'bypass' && to.length !== 1)
        refuse([inFile, 'missing'], 'only a function that leads to one other can be bypassed');
      if (to.length > 1 && to.some((target) => ownOf(functions, target)?.missing === 'stall'))
        refuse([inFile, 'to'], 'one target that is missing would not stall the others: say drop or bypass there');
      if (bypassesItself(functions, name)) refuse([inFile, 'missing'], 'those that are bypassed lead in a circle');
    }
    for (const [name, { to }] of Object.entries(file.functions)) {
      for (const [index, target] of to.entries())
        if (!Object.hasOwn(file.functions, target) && !Object.hasOwn(functions, target))
          refuse([name, 'to', String(index)], `there is no function ${target}`);
      for (const each of namesOf(name, file.functions[name] as FileFunction))
        if (each !== name && Object.hasOwn(file.functions, each)) refuse([each], `it is a replica of ${name} already`);
    }
  })
  .transform(({ chain, memories, functions }) => ({
    ...{ chain, memories },
    functions: Object.fromEntries(expand(functions).map(([name, , fn]) => [name, fn])) as Readonly<
      Record<string, ChainFunction>
    >,
  }));

/** With every replica as a function of its own. */
export type Chain = Readonly<z.output<typeof chainSchema>>;

interface Mistake {
  readonly path: readonly string[];
  readonly message: string;
}

function wrongMemories(
  memories: Readonly<Record<string, MemorySize>>,
  inFile: FileFunctions,
  functions: readonly ChainFunction[],
): readonly Mistake[] {
  const mistakes = Object.entries(inFile).flatMap(([name, { memory, frameSize }]): readonly Mistake[] => {
    if (memory === undefined) return [];
    if (ownOf(memories, memory) === undefined)
      return [{ path: ['functions', name, 'memory'], message: `there is no memory ${memory}` }];
    if (frameSize === undefined) return [];
    return [{ path: ['functions', name, 'frameSize'], message: `the memory ${memory} says it, for all functions` }];
  });
  for (const [name, { frames }] of Object.entries(memories)) {
    const members = functions.filter(({ memory }) => memory === name);
    const shares = members.reduce((sum, member) => sum + member.frames, 0);
    if (shares > frames)
      mistakes.push({
        path: ['memories', name, 'frames'],
        message: `its functions have shares of ${shares} frames together, and there are ${frames}`,
      });
    if (members.length > mostMembers)
      mistakes.push({
        path: ['memories', name],
        message: `${members.length} functions share it, and ${mostMembers} are the most`,
      });
  }
  return mistakes;
}

/** A program that opens its socket has an XDP program of its own on the device, and a memory of its own. */
function wrongLegacy(inFile: FileFunctions): readonly Mistake[] {
  const functions = Object.entries(inFile);
  const legacy = new Map(functions.filter(([, fn]) => fn.legacy).map(([name, { device }]) => [device, name]));
  return functions.flatMap(([name, fn]): readonly Mistake[] => {
    const other = legacy.get(fn.device);
    const mistake = (field: string, message: string) => ({ path: ['functions', name, field], message });
    return [
      ...(fn.legacy && fn.memory !== undefined ? [mistake('memory', 'a legacy program has a memory of its own')] : []),
      ...(fn.legacy && fn.input
        ? [mistake('input', 'a legacy program gets what its own XDP program gives it: leave this out')]
        : []),
      ...(!fn.legacy && fn.input && other !== undefined
        ? [mistake('input', `${fn.device} has the XDP program of ${other}: use another device for one of them`)]
        : []),
    ];
  });
}

/** The functions that a program means which asks for this one: it, or all replicas of this name. */
export function meantBy({ functions }: Chain, name: string): readonly string[] {
  if (Object.hasOwn(functions, name)) return [name];
  return Object.keys(functions).filter((each) => each.replace(/\.\d+$/, '') === name);
}

/** Whether the function can go on with the socket that it has. */
export function isSamePlace(a: ChainFunction, b: ChainFunction): boolean {
  const key = (fn: ChainFunction): string => {
    const { device, queue, user, group, unit, cgroup, legacy, memory, frames, frameSize, ring } = fn;
    // What a legacy program has of these is its own.
    const sizes = legacy ? [] : [memory, frames, frameSize, ring];
    return JSON.stringify([device, queue, user, group, unit, cgroup, legacy, ...sizes]);
  };
  return key(a) === key(b);
}

function bypassesItself(functions: Readonly<Record<string, ChainFunction>>, start: string): boolean {
  const seen = new Set<string>();
  for (let name = start; ownOf(functions, name)?.missing === 'bypass'; name = ownOf(functions, name)?.to[0] ?? '') {
    if (seen.has(name)) return true;
    seen.add(name);
  }
  return false;
}

export function readChain(path: string): Chain {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (cause) {
    throw new FlashError('usage', `${path} cannot be read: ${(cause as Error).message}`, { cause });
  }
  return parseChain(text, path);
}

/** @param file what it is called in messages. */
export function parseChain(text: string, file: string): Chain {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines });
  const problems = document.errors.map(({ pos, message }) => ({
    line: lines.linePos(pos[0]).line,
    message: message.split('\n')[0],
  }));
  if (problems.length === 0) {
    // An alias that grows without bounds is an error of the file, too.
    const result = chainSchema.safeParse(toValue(document, file));
    if (result.success) return result.data;
    for (const issue of result.error.issues) {
      const { path, message } = issue;
      const place = issue.code === 'unrecognized_keys' ? [...path, issue.keys[0] ?? ''] : path;
      problems.push({ line: lineOf(document, lines, place), message: `${path.join('.') || 'the file'}: ${message}` });
    }
  }
  throw new FlashError('usage', `${file} describes no chain`, {
    logTail: problems.map(({ line, message }) => `${file}:${line}: ${message}`).join('\n'),
  });
}

function toValue(document: Document.Parsed, file: string): unknown {
  try {
    return document.toJS();
  } catch (cause) {
    throw new FlashError('usage', `${file} describes no chain: ${(cause as Error).message}`, { cause });
  }
}

/** Of the value there, or of the innermost one around it that the file has. */
function lineOf(document: Document.Parsed, lines: LineCounter, path: readonly PropertyKey[]): number {
  for (let depth = path.length; depth > 0; depth--) {
    const node = document.getIn(path.slice(0, depth), true);
    const range = (node as { readonly range?: readonly number[] } | undefined)?.range;
    if (range?.[0] !== undefined) return lines.linePos(range[0]).line;
  }
  return 1;
}
