import { FlashError } from '../../errors.js';
import { buildFromTree } from '../../native/from-series.js';
import { withMutantTree } from '../../native/mutant-tree.js';
import { attempt, lastLines, type RunResult } from '../../process/run.js';

/** The programs of harness/native/bounded: what is looked at, and how it is told. */
const boundedPrograms = [
  { program: 'enqueue', what: 'packets are put on a shared RX ring' },
  { program: 'driver_enqueue', what: "a driver's packets are put on an RX ring that is joining" },
  { program: 'dequeue', what: 'addresses are taken from a shared fill ring' },
  { program: 'driver_dequeue', what: 'a driver takes addresses from a fill ring that is joining' },
  { program: 'complete', what: 'completions go before those of transmits in flight' },
] as const;

type BoundedProgram = (typeof boundedPrograms)[number]['program'];

/** Who acts besides the function, and how it is told. */
const company = {
  NOBODY: 'alone',
  PEERS: 'beside others and a program that keep to the protocol',
  HOSTILE: 'beside others and a program that writes anything',
} as const;

type Company = keyof typeof company;

export interface BoundedCase {
  readonly program: BoundedProgram;
  readonly who: Company;
  /** Of the ring: a power of two. */
  readonly entries: number;
}

/** Of the shortest ring that has a first and a last entry. */
export const fewestEntries = 2;

/** Every program in every company, and how it is told. */
export const boundedCases = (entries: number): readonly (BoundedCase & { readonly title: string })[] =>
  boundedPrograms.flatMap(({ program, what }) =>
    (Object.keys(company) as Company[]).map((who) => ({ program, who, entries, title: `${what}, ${company[who]}` })),
  );

/** What is there to be violated, as no run gets past it. */
const endReached = 'the end is reached';
/** Those that wait for others, or try again; anything may have happened before each turn, so two are as many as any. */
const turns = ['reserve_prod', 'reserve_cons', 'publish_prod', 'publish_cons'].map((name) => `xskq_shared_${name}.0:2`);
const timeoutMs = 1_800_000;

/** All values of what is not known, and all that others may do: returns what is wrong, if anything is. */
export async function runBounded(cbmc: string, tree: string, test: BoundedCase): Promise<string[]> {
  const { stdout, stderr } = await check(cbmc, tree, test);
  return readVerdict(stdout, stderr);
}

/** With a mutant of kernel/mutants in the series: what is violated first, if anything is. */
export async function tryBoundedMutant(cbmc: string, mutant: string, test: BoundedCase): Promise<string | undefined> {
  const { stdout, stderr } = await withMutantTree(mutant, (tree) =>
    check(cbmc, tree, test, { below: 'fault-', defines: '-DLOOK_FOR_FAULT', options: ['--stop-on-fail', '--trace'] }),
  );
  return readFirst(stdout, stderr);
}

async function check(
  cbmc: string,
  tree: string,
  { program, who, entries }: BoundedCase,
  { below = '', defines = '', options = [] as readonly string[] } = {},
): Promise<RunResult> {
  const target = `${program}.i`;
  const { [target]: file = '' } = await buildFromTree(tree, 'bounded', [target], {
    below: `bounded-${below}${who}-${entries}`,
    variables: { N: String(entries), WHO: who, DEFINES: defines },
  });
  const loops = ['--unwind', String(entries + 3), '--unwindset', turns.join(',')];
  const checks = ['--no-standard-checks', '--bounds-check', '--pointer-check', '--slice-formula'];
  return attempt(cbmc, [...loops, ...checks, ...options, file], { timeoutMs });
}

/** What cbmc says is violated, without the end that has to be reached. */
export function readVerdict(stdout: string, stderr = ''): string[] {
  const verdicts = [...stdout.matchAll(/^\[\S+\] (?:line \d+ )?(.*): (SUCCESS|FAILURE)$/gm)].map(
    ([, what = '', verdict]) => ({ what, violated: verdict === 'FAILURE' }),
  );
  if (verdicts.length === 0) throw noVerdict(stdout + stderr);
  const violated = verdicts.flatMap(({ what, violated: is }) => (is ? [what] : []));
  if (!violated.includes(endReached)) return ['no run comes to its end, so nothing is shown', ...violated];
  return violated.filter((what) => what !== endReached);
}

/** What it says that ends with the first violation. */
export function readFirst(stdout: string, stderr = ''): string | undefined {
  if (/^VERIFICATION SUCCESSFUL$/m.test(stdout)) return undefined;
  const what = /^Violated property:\n.*\n\s*(.*)$/m.exec(stdout)?.[1];
  // The end is no fault, and not asked for where one is looked for.
  if (what === undefined || what === endReached) throw noVerdict(stdout + stderr);
  return what;
}

function noVerdict(said: string): FlashError {
  return new FlashError('infrastructure', 'cbmc has come to no verdict', { logTail: lastLines(said, 12) });
}

/** Mutants of kernel/mutants that the cases have to find, with the one that does. */
const found: readonly (Omit<BoundedCase, 'entries'> & { readonly mutant: string })[] = [
  { mutant: 'one-entry-too-many', program: 'enqueue', who: 'PEERS' },
  { mutant: 'one-entry-too-few', program: 'enqueue', who: 'NOBODY' },
  { mutant: 'publish-before-write', program: 'enqueue', who: 'PEERS' },
  { mutant: 'tear-packets', program: 'enqueue', who: 'NOBODY' },
  { mutant: 'trust-the-published-index', program: 'enqueue', who: 'HOSTILE' },
  { mutant: 'hold/enqueue-by-the-old-mode', program: 'driver_enqueue', who: 'PEERS' },
  { mutant: 'hold/dequeue-by-the-old-mode', program: 'driver_dequeue', who: 'PEERS' },
  { mutant: 'append-to-the-completion-ring', program: 'complete', who: 'NOBODY' },
  { mutant: 'use-what-is-kept', program: 'complete', who: 'NOBODY' },
  { mutant: 'complete-over-transmits', program: 'complete', who: 'HOSTILE' },
];

export const boundedMutants = found.map((each) => ({ ...each, entries: fewestEntries }));
