import { PassThrough } from 'node:stream';
import test from 'ava';
import { showChain } from '../../../demo/chain-view.js';
import { describeSample, drawChain, shownSamples } from '../../../demo/picture.js';
import type { LiveSample } from '../../../demo/report.js';

/** Counters of a chain through which so many packets have gone to the server, and to the client. */
function sampleAt(seconds: number, toServer: number, toClient: number): LiveSample {
  const hop = (from: string, to: string, packets: number) => ({ from, to, packets });
  const wire = (from: string, to: string, packets: number) => ({ from, to, packets, bytes: packets * 1250 });
  return {
    seconds,
    hops: [
      ...[hop('nf1.forward', 'nf2.forward', toServer), hop('nf2.forward', 'nf3.forward', toServer)],
      ...[hop('nf3.reverse', 'nf2.reverse', toClient), hop('nf2.reverse', 'nf1.reverse', toClient)],
    ],
    wires: [
      wire('client', 'n0', toServer),
      wire('n1', 'server', toServer),
      wire('server', 'n1', toClient),
      wire('n0', 'client', toClient),
    ],
  };
}

test('the picture has the rates of the last moment, and a line of them for each hop on its own scale', (t) => {
  const samples = [sampleAt(1, 0, 0), sampleAt(1.5, 50, 1000), sampleAt(2, 50, 9000), sampleAt(2.5, 150, 17_000)];

  const picture = drawChain('TCP', samples).split('\n');

  t.deepEqual(picture.slice(0, 4), [
    '  client 10.77.0.1                                                         server 10.77.0.2',
    '  c0       200 > [nf1]       200 => [nf2]       200 => [nf3]       200 > s0',
    '  c0 <    16.0k  [nf1] <=    16.0k  [nf2] <=    16.0k  [nf3] <    16.0k  s0',
    '  packets/s; => is a redirect in the kernel, > a wire; nf2 drops UDP port 9',
  ]);
  const gap = ' '.repeat(shownSamples - 4);
  t.is(picture[6], `  nf1 => nf2 ${gap}▄ █  at most 200`);
  t.is(picture[10], `  nf3 => nf2 ${gap}▁██  at most 16.0k`);
  t.is(picture.at(-1), '  TCP, 3 s, 2.0 Mbit/s to the server, 160.0 to the client');
});

test('the picture is whole before there is anything to count', (t) => {
  const picture = drawChain('boot', []);

  t.regex(picture, /^ {2}c0 {9}- > \[nf1\]/m);
  t.is(picture.match(/at most 0$/gm)?.length, 8);
  t.regex(picture, /^ {2}boot$/m);
});

test('a line of the picture keeps its width, and its scale is that of what it shows', (t) => {
  const count = 3 * shownSamples;
  const samples = Array.from({ length: count }, (_, index) => sampleAt(index, index === 0 ? 0 : 1000 + index, index));

  const lines = drawChain('TCP', samples)
    .split('\n')
    .filter((line) => line.includes('at most'));

  t.deepEqual([...new Set(lines.map((line) => line.indexOf('  at most')))], [12 + shownSamples]);
  t.true(lines.every((line) => line.endsWith('at most 1')));
});

test('a log has the rates between two samples in one line', (t) => {
  t.is(
    describeSample(sampleAt(7, 100, 20_000), sampleAt(2, 50, 10_000)),
    'packets/s to the server 10 > 10 > 10 > 10, to the client 2000 > 2000 > 2000 > 2000; 0.1 Mbit/s to the server, 20.0 to the client',
  );
});

/** A stream that is no terminal, or looks like one. */
function written(terminal: boolean): { readonly stream: NodeJS.WriteStream; readonly text: () => string } {
  const stream = new PassThrough();
  return {
    stream: Object.assign(stream, { isTTY: terminal, columns: 100, rows: 30 }) as unknown as NodeJS.WriteStream,
    text: () => String(stream.read() ?? ''),
  };
}

test('without a terminal a line comes with each phase, and one every few seconds', (t) => {
  const { stream, text } = written(false);
  const view = showChain(stream);

  view.onEvent({ kind: 'phase', phase: 'TCP' });
  for (let half = 0; half <= 22; half++) view.onEvent({ kind: 'sample', sample: sampleAt(half / 2, half * 100, 0) });
  view.stop();

  const lines = text().trim().split('\n');
  t.is(lines[0], 'flash: TCP');
  t.is(lines.length, 3);
  t.regex(lines[1] ?? '', /^flash: packets\/s to the server 200 > 200 > 200 > 200, /);
});
