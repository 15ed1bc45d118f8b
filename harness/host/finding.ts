/** What doctor says about one thing. */
export interface Finding {
  readonly what: string;
  /** `optional` is for what works without, slower or with less. */
  readonly state: 'ok' | 'missing' | 'optional';
  readonly found: string;
  /** What to do about it; nothing when all is well. */
  readonly advice?: string;
}
