/** A state of the kernel's source that can be built and tested. */
export interface Candidate {
  readonly id: string;
  /** What the user calls it, and can give as GOOD or BAD. */
  readonly name: string;
  readonly subject: string;
  /** Later ones have higher numbers. */
  readonly position: number;
}

/** What there is between GOOD and BAD. */
export interface History {
  /** What its candidates are, in words. */
  readonly unit: 'patch' | 'commit';
  readonly good: Candidate;
  readonly bad: Candidate;
  /**
   * Those of which one is the first bad one, given candidates that are good and one that is bad: the latter, too.
   * The first of them is best tried next.
   */
  suspects(good: readonly Candidate[], bad: Candidate): Promise<readonly Candidate[]>;
}
