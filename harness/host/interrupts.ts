/** Which processors an interrupt may come to, as Linux reads and writes it: "0-3,7". */
export const affinityFile = (irq: string): string => `/proc/irq/${irq}/smp_affinity_list`;
