/** Configs of kernels that guests boot. `lean` boots fast, `debug` adds what finds bugs; `hold` has of that only the points where tests hold contexts. */
export const guestConfigs = ['lean', 'hold', 'debug'] as const;

/**
 * Configs of kernels for machines. `server` boots any server; `running` is that of the kernel this machine runs, and
 * `localmod` leaves out of that the modules that are not loaded.
 */
export const machineConfigs = ['server', 'running', 'localmod'] as const;

/** That of a guest which hands a device on to a guest of its own. */
export const passthroughConfig = 'passthrough';

/** That of a guest in which programs of bpftrace look into the kernel, and tc runs BPF programs. */
export const traceConfig = 'trace';

/** `lean` with the series and without its option: what everybody gets who does not ask for FLASH. */
export const optionOffConfig = 'option-off';

/** `hold`, and counts which lines of AF_XDP run. */
export const coverageConfig = 'coverage';

/** Of guests for one purpose each. Tests choose among `guestConfigs`. */
const purposeConfigs = [passthroughConfig, traceConfig, optionOffConfig, coverageConfig] as const;

export const configNames = [...guestConfigs, ...purposeConfigs, ...machineConfigs] as const;

export type GuestConfig = (typeof guestConfigs)[number];

/** A name, or the path of a file with a configuration. */
export type KernelConfig = (typeof configNames)[number] | `/${string}`;

export function isGuestConfig(config: KernelConfig): config is GuestConfig | (typeof purposeConfigs)[number] {
  return [...guestConfigs, ...purposeConfigs].some((name) => name === config);
}

/**
 * The fragments of a config, in the order they are merged. `withFlash` is false for a vanilla build: its tree has no
 * such symbols. Those that tests choose from have the KUnit suites, which run only when asked for at boot: KUnit changes
 * `struct task_struct`, so a config of its own would compile all again.
 */
export function fragmentsOf(config: KernelConfig, withFlash: boolean): readonly string[] {
  if (!isGuestConfig(config)) {
    return [...(config === 'server' ? ['server'] : []), 'installed', ...(withFlash ? ['flash'] : [])];
  }
  if (config === passthroughConfig) return ['lean', 'tracepoints', passthroughConfig, ...(withFlash ? ['flash'] : [])];
  if (config === optionOffConfig) return fragmentsOf('lean', false);
  if (config === traceConfig) return ['lean', traceConfig, ...(withFlash ? ['flash'] : [])];
  if (config === coverageConfig) return [...fragmentsOf('hold', withFlash), coverageConfig];
  return [
    'lean',
    'tracepoints',
    'drivers',
    ...(config === 'debug' ? ['debug'] : []),
    'kunit',
    ...(withFlash ? ['flash', 'flash-kunit'] : []),
    ...(withFlash && config !== 'lean' ? ['flash-hold'] : []),
  ];
}
