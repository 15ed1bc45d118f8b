/** `base` is lean, `kunit` adds the KUnit suites, `debug` adds them and what finds bugs. */
export const flavours = ['base', 'kunit', 'debug'] as const;

export type Flavour = (typeof flavours)[number];

/**
 * The fragments of a flavour, in the order they are merged. `withFlash` is false for a vanilla
 * build: its tree has no such symbols.
 */
export function fragmentsOf(flavour: Flavour, withFlash: boolean): readonly string[] {
  return [
    'base',
    'drivers',
    ...(flavour === 'debug' ? ['debug'] : []),
    ...(flavour === 'base' ? [] : ['kunit']),
    ...(withFlash ? ['flash'] : []),
    ...(withFlash && flavour !== 'base' ? ['flash-kunit'] : []),
  ];
}
