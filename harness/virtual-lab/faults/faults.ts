import { delayedLink } from './delayed-link.js';
import { expectEnd, expectSame } from './expect.js';
import type { Bench, Fault } from './fault.js';

const release = 'uname -r';
const bootId = 'cat /proc/sys/kernel/random/boot_id';
const installed = "dpkg-query -W -f '${Package}\\n' 'linux-image-*-flash*' 2>/dev/null || true";

const install = ({ packages }: Bench): readonly string[] => ['install', 'dut', '--packages', packages];
const test = ['test', 'dut', '--match', 'a packet that one socket transmits*'] as const;

/** In an order that needs few boots: before there is a kernel with FLASH, its installation, and after it. */
export const faults: readonly Fault[] = [
  {
    title: 'the doctor finds all that a fresh machine has, and that its kernel is without FLASH',
    async run({ lab }) {
      expectEnd(await lab(['doctor']), 'failure', /without FLASH/, /port p0/, /port p1/, /GRUB/);
    },
  },
  {
    title: 'a full disk is noticed before anything is installed',
    async run(bench) {
      const { lab, ssh } = bench;
      const before = await ssh(`${release}; ${bootId}`);
      await ssh('fallocate -l $(($(df --output=avail -B1 / | tail -n 1) - 50000000)) /var/filler');
      try {
        expectEnd(await lab(install(bench)), 'failure', /MiB|No space|disk/);
        expectSame('the boot', await ssh(`${release}; ${bootId}`), before);
        expectSame('what is installed', await ssh(installed), '');
      } finally {
        await ssh('rm /var/filler');
      }
    },
  },
  {
    title: 'a kernel that panics at boot leaves the machine on the one it had',
    async run(bench) {
      const { lab, ssh, waitForBoot } = bench;
      const [before, boot] = [await ssh(release), await ssh(bootId)];
      const script = '/etc/initramfs-tools/scripts/init-premount/panic';
      await ssh(
        `printf '#!/bin/sh\\n[ "$1" = prereqs ] || echo c >/proc/sysrq-trigger\\n' >${script}; chmod 755 ${script}`,
      );
      try {
        expectEnd(await lab(install(bench)), 'failure');
        await waitForBoot(boot);
        expectSame('the kernel', await ssh(release), before);
      } finally {
        await ssh(`rm ${script}; for name in $(${installed}); do dpkg --purge $name; done`);
      }
    },
  },
  {
    title: 'a connection that is cut while packages are installed leaves the machine on the kernel it had',
    async run(bench) {
      const { lab, ssh, waitForBoot, machine } = bench;
      const before = await ssh(release);
      expectEnd(await lab(install(bench), { line: /install the package/, act: delayedLink(machine) }), 'failure');
      await waitForBoot();
      expectSame('the kernel', await ssh(release), before);
    },
  },
  {
    title: 'a kernel with FLASH is installed and boots',
    async run(bench) {
      const { lab, ssh } = bench;
      expectEnd(await lab(install(bench)), 'success');
      expectSame('/sys/kernel/flash', await ssh('ls -d /sys/kernel/flash'), '/sys/kernel/flash');
      expectEnd(await lab(['doctor']), 'success', /with FLASH/);
    },
  },
  {
    title: 'a test runs on the ports, and leaves them as they were',
    async run({ lab, ssh }) {
      const ports = 'ip -d -o link | sed "s/ *qlen.*//" | sort';
      const before = await ssh(ports);
      expectEnd(await lab(test), 'success', /[1-9]\d* passed, 0 failed/);
      expectSame('what links there are', await ssh(ports), before);
    },
  },
  {
    title: 'a connection that is cut while tests run leaves the ports as they were',
    async run({ lab, ssh, machine, waitForBoot }) {
      const ports = 'ip -o link | cut -d: -f2 | sort';
      const [before, boot] = [await ssh(ports), await ssh(bootId)];
      expectEnd(await lab(['test', 'dut'], { line: /passed|✔|^ok|\d+\/\d+/, act: delayedLink(machine) }), 'failure');
      expectSame('the boot', await waitForBoot(), boot);
      expectEnd(await lab(['restore']), 'success');
      expectSame('what ports there are', await ssh(ports), before);
    },
  },
  {
    title: 'a cable that is unplugged is noticed before tests run',
    async run({ lab, nics, ssh }) {
      const boot = await ssh(bootId);
      await nics.control.wire(0).down();
      try {
        expectEnd(await lab(test), 'failure', /p[01]|cable|link/i);
      } finally {
        await nics.control.wire(0).up();
      }
      expectSame('the boot', await ssh(bootId), boot);
    },
  },
  {
    title: 'a card that disappears is named',
    async run({ lab, ssh, machine }) {
      await machine.pullCard(1);
      try {
        await ssh(
          'for turn in $(seq 60); do [ -e /sys/bus/pci/devices/0000:02:00.0 ] || exit 0; sleep 1; done; exit 1',
        );
        expectEnd(await lab(['doctor']), 'failure', /port p1.*there is no 0000:02:00\.0/s);
        expectEnd(await lab(test), 'failure', /p1/);
      } finally {
        await machine.putCard(1);
      }
      await ssh(
        'for turn in $(seq 60); do [ -e /sys/bus/pci/devices/0000:02:00.0/net ] && exit 0; sleep 1; done; exit 1',
      );
    },
  },
  {
    title: 'a kernel that panics while tests run is power-cycled',
    async run({ lab, ssh, waitForBoot }) {
      const boot = await ssh(bootId);
      const panic = (): Promise<unknown> => ssh('(sleep 1; echo c >/proc/sysrq-trigger) >/dev/null 2>&1 &');
      expectEnd(await lab(['test', 'dut'], { line: /passed|✔|^ok|\d+\/\d+/, act: panic }), 'failure');
      await waitForBoot(boot);
    },
  },
];
