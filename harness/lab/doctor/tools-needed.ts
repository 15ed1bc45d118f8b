/** Programs that a machine needs; the rest is brought along. */
export const toolsNeeded = ['bash', 'flock', 'timeout', 'tar', 'gzip', 'ip', 'ethtool', 'modprobe'] as const;
