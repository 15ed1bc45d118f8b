/** `lean` boots fast, `debug` adds what finds bugs; `hold` has of that only the points where tests hold contexts. */
export const flavours = ['lean', 'hold', 'debug'] as const;

export type Flavour = (typeof flavours)[number];

/**
 * The fragments of a flavour, in the order they are merged. `withFlash` is false for a vanilla
 * build: its tree has no such symbols. Every flavour has the KUnit suites, which run only when asked
 * for at boot: KUnit changes `struct task_struct`, so a flavour of its own would compile all again.
 */
export function fragmentsOf(flavour: Flavour, withFlash: boolean): readonly string[] {
  return [
    'lean',
    'drivers',
    ...(flavour === 'debug' ? ['debug'] : []),
    'kunit',
    ...(withFlash ? ['flash', 'flash-kunit'] : []),
    ...(withFlash && flavour !== 'lean' ? ['flash-hold'] : []),
  ];
}
