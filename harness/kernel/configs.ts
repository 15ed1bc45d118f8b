/** `lean` boots fast, `debug` adds what finds bugs; `hold` has of that only the points where tests hold contexts. */
export const guestConfigs = ['lean', 'hold', 'debug'] as const;

export type GuestConfig = (typeof guestConfigs)[number];

/**
 * The fragments of a config, in the order they are merged. `withFlash` is false for a vanilla
 * build: its tree has no such symbols. Every config has the KUnit suites, which run only when asked
 * for at boot: KUnit changes `struct task_struct`, so a config of its own would compile all again.
 */
export function fragmentsOf(config: GuestConfig, withFlash: boolean): readonly string[] {
  return [
    'lean',
    'drivers',
    ...(config === 'debug' ? ['debug'] : []),
    'kunit',
    ...(withFlash ? ['flash', 'flash-kunit'] : []),
    ...(withFlash && config !== 'lean' ? ['flash-hold'] : []),
  ];
}
