import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { hashText } from '../../host/hash.js';
import type { Patch } from '../../kernel/series/series.js';
import type { ReportedSuite } from '../../suites/reports/reported-suite.js';
import type { Outcome } from '../../suites/suite.js';

/** What KernelCI's database wants to know of results besides. */
export interface Submission {
  /** What the database calls who submits. */
  readonly origin: string;
  /** What the tests ran on. */
  readonly machine: string;
  readonly patches: readonly Patch[];
  /** The upstream commit that the series was applied to. */
  readonly commit?: string;
  /** What the kernel calls itself. */
  readonly release?: string;
}

const status: Readonly<Record<Outcome, string>> = { passed: 'PASS', failed: 'FAIL', skipped: 'SKIP', error: 'ERROR' };

/** The most that the database takes of what a test said. */
const mostCharacters = 16_384;

/** Results for KernelCI's database, of its version 5.3: the same results are the same report. */
export function formatKcidb(
  suites: readonly ReportedSuite[],
  { origin, machine, patches, commit, release }: Submission,
): string {
  const series = patchsetHash(patches);
  const id = (kind: string, of: readonly unknown[]): string =>
    `${origin}:flash-${kind}-${hashText(JSON.stringify(of)).slice(0, 16)}`;
  const checkout = id('checkout', [series, commit]);
  const build = id('build', [series, commit, release]);
  const tests = suites.flatMap(({ name, tests }) =>
    tests.map(({ title, outcome, detail, seconds }, number) => ({
      id: id('test', [build, machine, name, number, title, outcome, detail, seconds]),
      build_id: build,
      origin,
      path: ['flash', name, title].map(pathStep).join('.'),
      comment: withoutNul(title),
      status: status[outcome],
      ...(seconds !== undefined && { duration: seconds }),
      ...(detail !== undefined && { log_excerpt: withoutNul(detail).slice(0, mostCharacters) }),
      environment: { comment: withoutNul(machine) },
    })),
  );
  const report = {
    version: { major: 5, minor: 3 },
    checkouts: [
      {
        ...{ id: checkout, origin, patchset_hash: series, valid: true },
        ...(commit !== undefined && { git_commit_hash: commit }),
      },
    ],
    builds: [
      {
        ...{ id: build, checkout_id: checkout, origin, architecture: 'x86_64', status: 'PASS' },
        ...(release !== undefined && { comment: release }),
      },
    ],
    tests,
  };
  return `${JSON.stringify(report, null, 2)}\n`;
}

/** As the database makes it: of the hashes of the patches, each on a line. */
function patchsetHash(patches: readonly Patch[]): string {
  const sha256 = (data: string | Buffer): string => createHash('sha256').update(data).digest('hex');
  return sha256(patches.map(({ path }) => `${sha256(readFileSync(path))}\n`).join(''));
}

/** A path has few characters, and its steps have no dots. */
function pathStep(text: string): string {
  return text.replaceAll(/[^A-Za-z0-9_-]+/g, '_').replaceAll(/^_+|_+$/g, '') || '_';
}

function withoutNul(text: string): string {
  return text.replaceAll('\0', '\ufffd');
}
