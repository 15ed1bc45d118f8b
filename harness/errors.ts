/**
 * What can go wrong, by kind. Each kind has an exit code of its own, so that a script can tell a
 * failed test from a machine that lacks something.
 */
export const exitCodes = {
  testFailure: 1,
  usage: 2,
  unknownBase: 3,
  missingTool: 4,
  compilerTooOld: 5,
  noDiskSpace: 6,
  noNetwork: 7,
  seriesDoesNotApply: 8,
  buildFailed: 9,
  busy: 10,
  guest: 11,
  kernelSplat: 12,
  infrastructure: 13,
  configNotApplied: 14,
  badSource: 15,
  interrupted: 130,
} as const;

export type FailureKind = keyof typeof exitCodes;

export const failureKinds = Object.keys(exitCodes) as FailureKind[];

export interface FailureDetails {
  /** What the user can do about it; printed under the message. */
  readonly advice?: string;
  /** The log that has the whole story. */
  readonly logPath?: string;
  /** The last relevant lines of that log. */
  readonly logTail?: string;
  readonly cause?: unknown;
}

/** A failure that is explained to the user: no stack trace, a distinct exit code. */
export class FlashError extends Error {
  readonly kind: FailureKind;
  readonly details: FailureDetails;

  constructor(kind: FailureKind, message: string, details: FailureDetails = {}) {
    super(message, { cause: details.cause });
    this.name = 'FlashError';
    this.kind = kind;
    this.details = details;
  }

  get exitCode(): number {
    return exitCodes[this.kind];
  }
}

/** The text a terminal shows for any thrown value. */
export function describeFailure(error: unknown): string {
  if (!(error instanceof FlashError)) return error instanceof Error ? (error.stack ?? error.message) : String(error);
  const { advice, logPath, logTail } = error.details;
  return [
    `flash: ${error.message}`,
    logTail && indent(logTail),
    advice && `  ${advice}`,
    logPath && `  log: ${logPath}`,
  ]
    .filter(Boolean)
    .join('\n');
}

function indent(text: string): string {
  return text.trimEnd().replace(/^/gm, '  | ');
}
