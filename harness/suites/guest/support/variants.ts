import { bindFlag } from '../../../ffi/libc.js';
import { openPair, type PairOptions, type RoutedPair } from './routed-pair.js';
import { eventually } from './ring-state.js';
import { receive, reclaim, send, singleBuffer, type PacketShape } from './test-packets.js';
import { testbed } from './testbed.js';

/** One way of setting up a source and a target. */
export interface Variant {
  readonly name: string;
  readonly sharedUmem: boolean;
  readonly unaligned: boolean;
  readonly frameSize: number;
  readonly shape: PacketShape;
}

const threeBuffers: PacketShape = { fragments: 3, fragmentBytes: 80 };

/** Everything a data path case is run over. */
export const variants: readonly Variant[] = [true, false].flatMap((sharedUmem) =>
  [false, true].flatMap((unaligned) =>
    [2048, 4096].flatMap((frameSize) =>
      (testbed.severalBuffers ? [singleBuffer, threeBuffers] : [singleBuffer]).map((shape) => {
        const words = [sharedUmem ? 'one UMEM' : 'two UMEMs', unaligned ? 'unaligned' : 'aligned', String(frameSize)];
        const buffers = shape.fragments === 1 ? 'one buffer' : `${shape.fragments} buffers`;
        return { name: [...words, buffers].join(', '), sharedUmem, unaligned, frameSize, shape };
      }),
    ),
  ),
);

/** A routed pair, and what sends and receives packets of the variant's shape. */
export interface VariantPair extends RoutedPair {
  readonly send: (numbers: readonly number[]) => void;
  readonly receive: () => number[];
  /** Receives, and takes completed frames back, until TX is empty. */
  readonly drain: () => Promise<number[]>;
}

export async function openVariant(
  { sharedUmem, unaligned, frameSize, shape }: Variant,
  options: Omit<PairOptions, 'sharedUmem'> = {},
): Promise<VariantPair> {
  const bindFlags = testbed.bindFlags | (shape.fragments > 1 ? bindFlag.useSg : 0);
  const pair = await openPair({
    ...options,
    sharedUmem,
    umem: { unaligned, frameSize, ...options.umem },
    source: { bindFlags, ...options.source },
    target: { bindFlags, ...options.target },
  });
  const receiveShape = (): number[] => receive(pair.target, shape);
  return {
    ...pair,
    send: (numbers) => send(pair.source, numbers, { shape }),
    receive: receiveShape,
    async drain() {
      const received: number[] = [];
      const { source, target } = pair;
      await eventually(
        'TX to be empty',
        () => {
          // Looked at first: what left TX by then has arrived.
          const isEmpty = source.rings.tx.count() === 0;
          received.push(...receiveShape());
          reclaim(source);
          return isEmpty;
        },
        { ends: [source, target] },
      );
      return received;
    },
  };
}
