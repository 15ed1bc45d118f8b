import { SingleBar } from 'cli-progress';
import { formatSeconds, startClock } from './duration.js';

/** What a long piece of work tells whoever watches it. */
export type ProgressEvent =
  /** @param unit what its steps are counted in; files unless told. */
  | { readonly kind: 'phase'; readonly phase: string; readonly unit?: string }
  | { readonly kind: 'step'; readonly done: number; readonly total: number | undefined }
  | { readonly kind: 'note'; readonly text: string };

export type OnProgress = (event: ProgressEvent) => void;

export interface ProgressView {
  readonly onProgress: OnProgress;
  /** Ends the view; what was drawn for the moment disappears. */
  stop(): void;
}

interface State {
  phase: string;
  unit: string;
  done: number;
  total: number | undefined;
}

const lineIntervalMs = 30_000;

/** A live line on a terminal, one line every 30 s elsewhere. */
export function showProgress(stream: NodeJS.WriteStream = process.stderr): ProgressView {
  return stream.isTTY && process.env['CI'] === undefined ? liveLine(stream) : plainLines(stream);
}

/**
 * Does a piece of work that tells how far it is: to the view it is part of, or to one of its own,
 * which appears when there is something to say.
 */
export async function withProgress<T>(work: (onProgress: OnProgress) => Promise<T>, outer?: OnProgress): Promise<T> {
  if (outer !== undefined) return work(outer);
  let view: ProgressView | undefined;
  try {
    return await work((event) => (view ??= showProgress()).onProgress(event));
  } finally {
    view?.stop();
  }
}

/** What is at work now, each with its time; and the line that shows all of it. */
const live = new Map<State, () => number>();
let sharedLine: LiveLine | undefined;

interface LiveLine {
  readonly draw: () => void;
  readonly aside: (print: () => void) => void;
  readonly stop: () => void;
}

/** Prints while others may be at work: not into the line that shows how far they are. */
export function aside(print: () => void): void {
  if (sharedLine === undefined) print();
  else sharedLine.aside(print);
}

function liveLine(stream: NodeJS.WriteStream): ProgressView {
  const state = newState();
  live.set(state, startClock());
  const line = (sharedLine ??= drawLine(stream));
  return {
    onProgress(event) {
      if (event.kind === 'note') line.aside(() => void stream.write(`${event.text}\n`));
      else follow(state, event);
      line.draw();
    },
    stop() {
      live.delete(state);
      if (live.size > 0) return line.draw();
      line.stop();
      sharedLine = undefined;
    },
  };
}

function drawLine(stream: NodeJS.WriteStream): LiveLine {
  const bar = new SingleBar({
    stream,
    hideCursor: true,
    clearOnComplete: true,
    format: (_options, _params, payload: { text: string }) => payload.text,
  });
  const draw = (): void => bar.update(0, { text: describeAll(live) });
  bar.start(1, 0, { text: '' });
  const timer = setInterval(draw, 250);
  return {
    draw,
    aside(print) {
      // What is printed may be longer than a line, which is not wrapped while one is drawn.
      stream.write('\r\x1b[K\x1b[?7h');
      print();
      stream.write('\x1b[?7l');
    },
    stop() {
      clearInterval(timer);
      bar.stop();
    },
  };
}

function plainLines(stream: NodeJS.WriteStream): ProgressView {
  const elapsed = startClock();
  const state = newState();
  const print = (): void => void stream.write(`flash: [${formatSeconds(elapsed())}] ${describe(state)}\n`);
  const timer = setInterval(print, lineIntervalMs);
  timer.unref();
  return {
    onProgress(event) {
      if (event.kind === 'note') return void stream.write(`flash: ${event.text}\n`);
      follow(state, event);
      if (event.kind === 'phase') print();
    },
    stop: () => clearInterval(timer),
  };
}

function newState(): State {
  return { phase: 'starting', unit: 'files', done: 0, total: undefined };
}

function follow(state: State, event: Exclude<ProgressEvent, { kind: 'note' }>): void {
  if (event.kind === 'step') Object.assign(state, { done: event.done, total: event.total });
  else Object.assign(state, { phase: event.phase, unit: event.unit ?? 'files', done: 0, total: undefined });
}

function describeAll(states: ReadonlyMap<State, () => number>): string {
  return [...states].map(([state, elapsed]) => `${describe(state)}  ${formatSeconds(elapsed())}`).join('  |  ');
}

/** The total is an estimate until the work is over, so it is never shown as exceeded. */
function describe({ phase, unit, done, total }: State): string {
  if (done === 0) return phase;
  if (total === undefined || done > total) return `${phase}: ${done} ${unit}`;
  return `${phase}: ${done} of ${total} ${unit} (${Math.floor((100 * done) / total)} %)`;
}
