/** Tells a guest of the harness from others by its command line. */
export const deviceIdPrefix = 'flash-passthrough-';

/** What QEMU needs to have the devices: a root port for each, as a card in a slot has. */
export function passthroughQemuArgs(addresses: readonly string[]): readonly string[] {
  return addresses.map(
    (address, index) =>
      `-device pcie-root-port,id=passthrough-slot${index},chassis=${64 + index} -device vfio-pci,host=${address},bus=passthrough-slot${index},id=${deviceIdPrefix}${index}`,
  );
}
