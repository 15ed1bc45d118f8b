import { createLogUpdate } from 'log-update';
import { describeSample, drawChain, shownSamples } from './picture.js';
import type { ChainEvent, LiveSample } from './report.js';

export interface ChainView {
  readonly onEvent: (event: ChainEvent) => void;
  /** Ends the view; a picture that was drawn for the moment disappears. */
  readonly stop: () => void;
}

const lineIntervalSeconds = 5;

/** A picture that moves on a terminal, a line every few seconds elsewhere. */
export function showChain(stream: NodeJS.WriteStream = process.stderr): ChainView {
  return stream.isTTY && process.env['CI'] === undefined ? livePicture(stream) : plainLines(stream);
}

function livePicture(stream: NodeJS.WriteStream): ChainView {
  const draw = createLogUpdate(stream);
  let phase = '';
  let samples: readonly LiveSample[] = [];
  return {
    onEvent(event) {
      if (event.kind === 'phase') phase = event.phase;
      if (event.kind === 'report') return;
      if (event.kind === 'sample') samples = [...samples, event.sample].slice(-shownSamples);
      draw(drawChain(phase, samples));
    },
    stop: () => draw.clear(),
  };
}

function plainLines(stream: NodeJS.WriteStream): ChainView {
  let before: LiveSample | undefined;
  return {
    onEvent(event) {
      if (event.kind === 'phase') stream.write(`flash: ${event.phase}\n`);
      if (event.kind !== 'sample') return;
      if (before !== undefined && event.sample.seconds - before.seconds < lineIntervalSeconds) return;
      if (before !== undefined) stream.write(`flash: ${describeSample(event.sample, before)}\n`);
      before = event.sample;
    },
    stop: () => undefined,
  };
}
