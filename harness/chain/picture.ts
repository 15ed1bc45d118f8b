import { clientAddress, filteredUdpPort, serverAddress } from './topology.js';
import type { LiveSample } from './report.js';

interface Rates {
  readonly hop: (from: string, to: string) => string;
  readonly wire: (from: string, to: string) => string;
}

/** The chain with what moves on it, from the difference of two samples. */
export function drawChain(phase: string, now: LiveSample | undefined, before: LiveSample | undefined): string {
  const { hop, wire } = ratesBetween(now, before);
  const cell = (text: string): string => text.padStart(9).padEnd(10);
  return [
    `  client ${clientAddress}                                                         server ${serverAddress}`,
    `  c0 ${cell(wire('client', 'n0'))}> [nf1] ${cell(hop('nf1.forward', 'nf2.forward'))}=> [nf2] ${cell(hop('nf2.forward', 'nf3.forward'))}=> [nf3] ${cell(wire('n1', 'server'))}> s0`,
    `  c0 <${cell(wire('n0', 'client'))} [nf1] <=${cell(hop('nf2.reverse', 'nf1.reverse'))} [nf2] <=${cell(hop('nf3.reverse', 'nf2.reverse'))} [nf3] <${cell(wire('server', 'n1'))} s0`,
    `  packets/s; => is a redirect in the kernel, > a wire; nf2 drops UDP port ${filteredUdpPort}`,
    `  ${phase}${now === undefined ? '' : `, ${now.seconds.toFixed(0)} s`}`,
  ].join('\n');
}

/** The same in one line, for a log. */
export function describeSample(now: LiveSample, before: LiveSample | undefined): string {
  const { hop, wire } = ratesBetween(now, before);
  const forward = [wire('client', 'n0'), hop('nf1.forward', 'nf2.forward'), hop('nf2.forward', 'nf3.forward'), wire('n1', 'server')];
  const reverse = [wire('server', 'n1'), hop('nf3.reverse', 'nf2.reverse'), hop('nf2.reverse', 'nf1.reverse'), wire('n0', 'client')];
  return `packets/s to the server ${forward.join(' > ')}, to the client ${reverse.join(' > ')}`;
}

function ratesBetween(now: LiveSample | undefined, before: LiveSample | undefined): Rates {
  const rate = (kind: 'hops' | 'wires') => (from: string, to: string) => {
    const count = (sample: LiveSample | undefined): number | undefined =>
      sample?.[kind].find((each) => each.from === from && each.to === to)?.packets;
    const [last, first] = [count(now), count(before)];
    if (now === undefined || before === undefined || last === undefined || first === undefined) return '-';
    return formatRate((last - first) / Math.max(now.seconds - before.seconds, 0.001));
  };
  return { hop: rate('hops'), wire: rate('wires') };
}

function formatRate(packetsPerSecond: number): string {
  return packetsPerSecond < 10_000 ? packetsPerSecond.toFixed(0) : `${(packetsPerSecond / 1000).toFixed(1)}k`;
}
