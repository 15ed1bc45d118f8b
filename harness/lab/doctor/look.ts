import { shellWord } from '../../host/shell-word.js';
import { lockPath } from '../session/keeper.js';
import { recordPath } from '../ports/record.js';
import type { LabMachine } from '../inventory/inventory.js';
import { isPciAddress } from '../inventory/schema.js';
import { toolsNeeded } from './tools-needed.js';

/** What one look at a machine told, by what was asked. */
export type Look = ReadonlyMap<string, string>;

/** A script that only reads. Each answer follows its question. */
export function lookScript({ ports }: Pick<LabMachine, 'ports'>): string {
  const questions: readonly (readonly [string, string])[] = [
    ['user', 'id -u'],
    ['kernel', 'uname -r'],
    ['system', '. /etc/os-release && echo "$PRETTY_NAME"'],
    ['flash', '[ -d /sys/kernel/flash ] && echo yes'],
    ['iommu', 'ls /sys/class/iommu'],
    ['cores', 'nproc'],
    ['nodes', 'cat /sys/devices/system/node/online'],
    ['hugepages', "sed -n 's/^HugePages_Total: *//p' /proc/meminfo"],
    ['node', 'node --version'],
    ['tools', `for tool in ${toolsNeeded.join(' ')}; do command -v "$tool" >/dev/null || echo "$tool"; done`],
    ['room', "for at in / /boot /var/lib; do df -Pm $at | awk 'NR == 2 { print $4 }'; done"],
    ['grub', '[ -e /boot/grub/grub.cfg ] && command -v grub-reboot'],
    ['watchdog', 'ls /dev/watchdog'],
    ['secure boot', 'od -An -t u1 -j 4 -N 1 /sys/firmware/efi/efivars/SecureBoot-8be4df61-93ca-11d2-aa0d-00e098032b8c'],
    ['held', `[ -e ${lockPath} ] && ! flock -n ${lockPath} true && cat ${lockPath}`],
    ['record', `[ -e ${recordPath} ] && echo yes`],
    ...Object.entries(ports).map(([port, address]) => [`port ${port}`, lookAtPort(address)] as const),
  ];
  return [
    'export PATH="$PATH:/usr/sbin:/sbin"',
    ...questions.map(([name, command]) => `echo ${shellWord(`== ${name}`)}\n(\n${command}\n) 2>/dev/null`),
    'true',
  ].join('\n');
}

function lookAtPort(address: string): string {
  const name = isPciAddress(address)
    ? `[ -e /sys/bus/pci/devices/${address} ] && echo "pci: yes"\nname=$(ls /sys/bus/pci/devices/${address}/net | head -n 1)`
    : `name=${shellWord(address)}`;
  return `${name}
[ -n "$name" ] && [ -e "/sys/class/net/$name" ] || exit 0
echo "name: $name"
ethtool -i "$name" | grep -E '^(driver|firmware-version|bus-info):'
echo "carrier: $(cat "/sys/class/net/$name/carrier")"
echo "up: $(ip -o link show dev "$name" up | wc -l)"
echo "numa: $(cat "/sys/class/net/$name/device/numa_node")"
echo "speed: $(cat "/sys/class/net/$name/speed")"
echo "queues: $(ls -d "/sys/class/net/$name/queues/rx-"* | wc -l)"
echo "group: $(basename "$(readlink "/sys/class/net/$name/device/iommu_group")")"`;
}

export function parseLook(text: string): Look {
  return new Map(
    text
      .split(/^== /m)
      .slice(1)
      .map((part) => {
        const [name = '', ...rest] = part.split('\n');
        return [name, rest.join('\n').trim()] as const;
      }),
  );
}
