/** Where the NICs are that a guest hands on: one, and its peer. */
export const passthroughAddresses = ['0000:00:10.0', '0000:00:11.0'] as const;

/**
 * An emulated IOMMU, and two NICs of QEMU's own with a wire between them. In caching mode, vfio sees what the guest's
 * kernel maps; without the remapping of interrupts it would refuse.
 */
export const passthroughMachine: readonly string[] = [
  // KVM's own controllers of interrupts know no remapping.
  '-machine kernel-irqchip=split',
  '-device intel-iommu,intremap=on,caching-mode=on',
  ...passthroughAddresses.map((address, index) => {
    const slot = address.slice(-4, -2);
    return `-netdev hubport,id=handed-on${index},hubid=0 -device e1000e,netdev=handed-on${index},bus=pcie.0,addr=0x${slot},mac=52:54:00:f1:a5:0${index}`;
  }),
];
