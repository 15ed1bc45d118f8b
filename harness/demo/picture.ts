import sparkly from 'sparkly';
import { formatRate } from '../host/rate.js';
import type { LiveSample } from './report.js';
import { clientAddress, filteredUdpPort, serverAddress } from './topology.js';

interface Step {
  readonly kind: 'hops' | 'wires';
  readonly from: string;
  readonly to: string;
  readonly label: string;
}

const wire = (from: string, to: string, label: string): Step => ({ kind: 'wires', from, to, label });
const hop = (from: string, to: string, label: string): Step => ({ kind: 'hops', from, to, label });

/** What a packet passes, there and back. */
const steps = {
  forward: [
    wire('client', 'n0', 'c0  >  nf1'),
    hop('nf1.forward', 'nf2.forward', 'nf1 => nf2'),
    hop('nf2.forward', 'nf3.forward', 'nf2 => nf3'),
    wire('n1', 'server', 'nf3 >  s0'),
  ],
  reverse: [
    wire('server', 'n1', 's0  >  nf3'),
    hop('nf3.reverse', 'nf2.reverse', 'nf3 => nf2'),
    hop('nf2.reverse', 'nf1.reverse', 'nf2 => nf1'),
    wire('n0', 'client', 'nf1 >  c0'),
  ],
} as const satisfies Record<string, readonly Step[]>;

/** Samples that a line of the picture has room for. */
export const shownSamples = 41;

/** The chain with what moves on it: rates of the last moment, and how they came about. */
export function drawChain(phase: string, samples: readonly LiveSample[]): string {
  const [toNf1, toNf2, toNf3, toServer] = steps.forward.map((step) => cell(lastRate(samples, step)));
  const [backToNf3, backToNf2, backToNf1, toClient] = steps.reverse.map((step) => cell(lastRate(samples, step)));
  const now = samples.at(-1);
  return [
    `  client ${clientAddress}                                                         server ${serverAddress}`,
    `  c0 ${toNf1}> [nf1] ${toNf2}=> [nf2] ${toNf3}=> [nf3] ${toServer}> s0`,
    `  c0 <${toClient} [nf1] <=${backToNf1} [nf2] <=${backToNf2} [nf3] <${backToNf3} s0`,
    `  packets/s; => is a redirect in the kernel, > a wire; nf2 drops UDP port ${filteredUdpPort}`,
    '',
    ...[...steps.forward, ...steps.reverse].map((step) => drawStep(samples, step)),
    '',
    `  ${phase}${now === undefined ? '' : `, ${now.seconds.toFixed(0)} s, ${megabits(samples)}`}`,
  ].join('\n');
}

/** The same in one line, for a log: between two samples. */
export function describeSample(now: LiveSample, before: LiveSample): string {
  const samples = [before, now];
  const rates = (direction: keyof typeof steps): string =>
    steps[direction].map((step) => lastRate(samples, step)).join(' > ');
  return `packets/s to the server ${rates('forward')}, to the client ${rates('reverse')}; ${megabits(samples)}`;
}

/** Nothing is blank. The scale of a line is its own: acknowledgements would be nothing beside data. */
function drawStep(samples: readonly LiveSample[], step: Step): string {
  const rates = ratesOf(samples, step).slice(1 - shownSamples);
  const peak = Math.max(0, ...rates);
  const line = sparkly(
    rates.map((rate) => rate || Number.NaN),
    { minimum: 0, maximum: peak },
  );
  return `  ${step.label.padEnd(11)}${line.padStart(shownSamples - 1)}  at most ${formatRate(peak)}`;
}

function ratesOf(samples: readonly LiveSample[], { kind, from, to }: Step): number[] {
  const countIn = (sample: LiveSample): number =>
    sample[kind].find((each) => each.from === from && each.to === to)?.packets ?? 0;
  return samples.slice(1).map((sample, index) => perSecond(samples[index] as LiveSample, sample, countIn));
}

function perSecond(before: LiveSample, now: LiveSample, countIn: (sample: LiveSample) => number): number {
  return (countIn(now) - countIn(before)) / Math.max(now.seconds - before.seconds, 0.001);
}

function lastRate(samples: readonly LiveSample[], step: Step): string {
  const rate = ratesOf(samples.slice(-2), step)[0];
  return rate === undefined ? '-' : formatRate(rate);
}

/** What arrives at the server and at the client. */
function megabits(samples: readonly LiveSample[]): string {
  const [before, now] = samples.slice(-2);
  const arriving = (from: string, to: string): string => {
    if (before === undefined || now === undefined) return '-';
    const bytesIn = ({ wires }: LiveSample): number =>
      wires.find((each) => each.from === from && each.to === to)?.bytes ?? 0;
    return ((8 * perSecond(before, now, bytesIn)) / 1e6).toFixed(1);
  };
  return `${arriving('n1', 'server')} Mbit/s to the server, ${arriving('n0', 'client')} to the client`;
}

function cell(text: string): string {
  return text.padStart(9).padEnd(10);
}
