/** A kernel warning, with the lines it printed. */
export interface Splat {
  readonly title: string;
  readonly lines: readonly string[];
}

/**
 * What the first telling line of a kernel warning looks like, without its time stamp. Anchored where
 * the kernel prints it first in a line, so that text which only mentions a bug does not count:
 * programs that write to /dev/kmsg prefix their name.
 */
const warnings: readonly RegExp[] = [
  /^WARNING: /,
  /^BUG: /,
  /^BUG [\w:-]+ \((Not t|T)ainted/,
  /^kernel BUG at /,
  /^watchdog: BUG: /,
  /^INFO: task .* blocked for more than /,
  /^INFO: (possible|trying to register non-static key|lockdep is turned off|rcu\S* (self-)?detected)/,
  /^rcu: INFO: .*(stall|expedited)/,
  /^(general protection fault|stack segment|double fault|invalid opcode|divide error|int3)\b.*\b\d{4}\b/,
  /^Oops: /,
  /^Kernel panic - /,
  /^Unable to handle kernel /,
  /^(KASAN|KCSAN|KFENCE): /,
  /^refcount_t: /,
  /^UBSAN: /,
  /^ODEBUG: /,
  /^DEBUG_LOCKS_WARN_ON/,
  /^(list_add|list_del) corruption/,
  /^kmemleak: \d+ new suspected memory leaks/,
  /^sysfs: cannot create duplicate filename/,
  /^kobject_add_internal failed /,
  /^unregister_netdevice: waiting for /,
  // Without its package the driver goes on with one queue and no XDP, and says so: ice_log_pkg_init().
  /^ice \S+: .*(Entering Safe Mode|while loading the DDP package)/i,
];

/** Whether a line says that the kernel ended what it was doing: locks that this held are held for ever. */
export function isOops(text: string): boolean {
  return /^(?:Oops: |general protection fault\b|kernel BUG at |BUG: (?:kernel NULL pointer|unable to handle))/.test(
    text,
  );
}

const longestSplatLines = 120;
const longestPauseSeconds = 2;

export interface KernelLine {
  readonly seconds: number;
  readonly text: string;
}

/** A line the kernel printed (`[   12.345678] text`, with or without a caller id), else undefined. */
export function parseKernelLine(line: string): KernelLine | undefined {
  const match = /^(?:<\d+>)?\[\s*(\d+\.\d+)\](?:\[\s*[CT]\d+\])? ?(.*)$/.exec(line.replace(/\r$/, ''));
  return match ? { seconds: Number(match[1]), text: match[2] ?? '' } : undefined;
}

export interface SplatDetector {
  /** Takes one console line; returns a splat when this line shows that one is complete. */
  readonly push: (line: string) => Splat | undefined;
  /** What is still being collected when the console ends. */
  readonly flush: () => Splat | undefined;
}

export function createSplatDetector(): SplatDetector {
  let open: { title: string; lines: string[]; lastSeconds: number } | undefined;
  let rule: string | undefined;

  const close = (): Splat | undefined => {
    const closed = open && { title: open.title, lines: open.lines };
    open = undefined;
    return closed;
  };

  const push = (line: string): Splat | undefined => {
    const parsed = parseKernelLine(line);
    if (parsed === undefined) return undefined;
    const { text, seconds } = parsed;
    let finished: Splat | undefined;

    if (open && seconds - open.lastSeconds > longestPauseSeconds) finished = close();
    if (open) {
      open.lines.push(text);
      open.lastSeconds = seconds;
      if (endsSplat(text) || open.lines.length >= longestSplatLines) finished = close();
    } else if (warnings.some((warning) => warning.test(text))) {
      open = { title: text, lines: rule === undefined ? [text] : [rule, text], lastSeconds: seconds };
    }
    rule = /^(-+\[ cut here|={20,}$)/.test(text) ? text : undefined;
    return finished;
  };

  return { push, flush: close };
}

function endsSplat(text: string): boolean {
  return /^---\[ end /.test(text);
}

/** Every warning in the text of a kernel console. */
export function findSplats(consoleText: string): Splat[] {
  const detector = createSplatDetector();
  const found = consoleText.split('\n').map((line) => detector.push(line));
  return [...found, detector.flush()].filter((splat) => splat !== undefined);
}
