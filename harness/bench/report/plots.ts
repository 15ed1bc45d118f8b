import { drawAll, type Picture, type Plot } from '../../host/plot.js';
import { findContender, type ContenderName } from '../chains/contenders.js';
import type { Figure, Report } from './schema.js';

const title = (contender: string): string => findContender(contender as ContenderName).title;
/** There is no zero on a logarithmic scale: a range that reaches down to it is cut at a tenth of the median. */
const spread = ({ median, min, max }: Figure, factor = 1): { median: number; min: number; max: number } => ({
  median: median * factor,
  min: Math.max(min, median / 10) * factor,
  max: max * factor,
});

/** All pictures that the report has figures for. */
export async function drawPlots(report: Report): Promise<Plot[]> {
  const pictures = [
    ...throughputPictures(report),
    latencyPicture(report),
    instructionsPicture(report),
    ringsPicture(report),
  ];
  return drawAll(pictures);
}

/** Lines through the medians, with the range of the samples. */
function lines(
  x: { field: string; title: string; type: 'ordinal' | 'quantitative' },
  y: string,
  color: { field: string; title: string },
  facet?: string,
): object {
  const encoding = { x: { ...x, axis: { labelAngle: 0 } }, color: { ...color, type: 'nominal' } };
  const layer = [
    {
      mark: { type: 'rule', opacity: 0.5 },
      encoding: {
        ...encoding,
        y: { field: 'min', type: 'quantitative', title: y, scale: { type: 'log' } },
        y2: { field: 'max' },
      },
    },
    {
      mark: { type: 'line', point: true },
      encoding: { ...encoding, y: { field: 'median', type: 'quantitative', title: y, scale: { type: 'log' } } },
    },
  ];
  return facet === undefined
    ? { width: 520, height: 320, layer }
    : {
        facet: { column: { field: facet, type: 'nominal', sort: null, title: null } },
        spec: { width: 240, height: 260, layer },
      };
}

function throughputPictures({ throughput }: Report): Picture[] {
  const rows = throughput
    .filter(({ wait, pps }) => wait === 'spin' && pps.median > 0)
    .map(({ pps, contender, ...chain }) => ({ ...chain, ...spread(pps), transport: title(contender) }));
  const transport = { field: 'transport', title: 'carried by' };
  const ofLength = (packetBytes: number): Picture => {
    const chains = rows.filter((row) => row.batch === 32 && row.packetBytes === packetBytes);
    return {
      title: `Throughput and chain length, ${packetBytes} bytes`,
      caption: 'Packets per second at the end of the chain, batches of 32. The bars are the range of the repetitions.',
      rows: new Set(chains.map(({ functions }) => functions)).size > 1 ? chains : [],
      spec: lines({ field: 'functions', title: 'functions', type: 'ordinal' }, 'packets/s', transport),
    };
  };
  const byBatch = rows.filter(
    (row) =>
      row.functions === 2 &&
      row.packetBytes === 64 &&
      rows.some((other) => other.transport === row.transport && other.batch !== 32),
  );
  const bySize = rows.filter(
    (row) =>
      row.functions === 2 &&
      row.batch === 32 &&
      rows.some((other) => other.transport === row.transport && other.functions === 2 && other.packetBytes !== 64),
  );
  return [
    ofLength(64),
    ofLength(1500),
    {
      title: 'Throughput and batch size',
      caption: '2 functions, 64 bytes.',
      rows: byBatch,
      spec: lines({ field: 'batch', title: 'packets per batch', type: 'ordinal' }, 'packets/s', transport),
    },
    {
      title: 'Throughput and packet size',
      caption: '2 functions, batches of 32.',
      rows: bySize,
      spec: lines({ field: 'packetBytes', title: 'bytes per packet', type: 'ordinal' }, 'packets/s', transport),
    },
  ];
}

function latencyPicture({ rates }: Report): Picture {
  const names = { p50Ns: 'median', p99Ns: '99 %', p999Ns: '99.9 %' } as const;
  const rows = rates.flatMap(({ contender, wait, latencies }) =>
    latencies.flatMap((latency) =>
      Object.entries(names).map(([name, percentile]) => {
        return {
          load: `${latency.share * 100} %`,
          percentile,
          transport: `${title(contender)}, ${waitNames[wait]}`,
          ...spread(latency[name as keyof typeof names], 1e-3),
        };
      }),
    ),
  );
  return {
    title: 'Latency under load',
    caption:
      'From when a packet was due at the source to its arrival at the sink, at shares of the highest rate without loss; 2 functions, 64 bytes.',
    rows,
    spec: lines(
      { field: 'load', title: 'of the loss-free rate', type: 'ordinal' },
      'microseconds',
      { field: 'transport', title: 'carried by, waiting by' },
      'percentile',
    ),
  };
}

export const waitNames = { spin: 'asking again', block: 'sleeping in poll()', busy: 'busy polling' } as const;

function instructionsPicture({ instructions }: Report): Picture {
  const rows = [...instructions]
    .sort((a, b) => a.batch - b.batch)
    .map(({ kernel, path, batch, packetBytes, instructions: figure }) => ({
      what: `${path}, ${packetBytes} bytes (${kernel})`,
      batch: `batch ${batch}`,
      value: figure.min,
    }));
  return {
    title: 'Kernel instructions per packet',
    caption: "From the entry of the sender's sendto() to its exit, divided by packets; counted by the emulator.",
    rows,
    spec: {
      width: 420,
      height: { step: 14 },
      encoding: {
        y: { field: 'what', type: 'nominal', title: null, axis: { labelLimit: 320 } },
        yOffset: { field: 'batch', sort: null },
        x: { field: 'value', type: 'quantitative', title: 'instructions' },
      },
      layer: [
        { mark: 'bar', encoding: { color: { field: 'batch', type: 'nominal', title: null, sort: null } } },
        {
          mark: { type: 'text', align: 'left', dx: 3 },
          encoding: { text: { field: 'value', type: 'quantitative', format: '.0f' } },
        },
      ],
    },
  };
}

function ringsPicture({ rings }: Report): Picture {
  return {
    title: 'Rings alone',
    caption: 'One enqueue and one dequeue, in TSC cycles an object, on this machine and not in a guest.',
    rows: rings
      .filter(({ object }) => object === 'descriptor')
      .map(({ ring, batch, threads, cyclesPerObject }) => ({
        ring,
        batch,
        threads: threads === 1 ? '1 thread' : `${threads} threads`,
        ...spread(cyclesPerObject),
      })),
    spec: lines(
      { field: 'batch', title: 'objects a bulk', type: 'ordinal' },
      'cycles',
      { field: 'ring', title: 'ring' },
      'threads',
    ),
  };
}
