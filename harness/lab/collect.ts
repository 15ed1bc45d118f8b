import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Inventory, LabMachine } from './inventory/inventory.js';
import { lookScript } from './doctor/look.js';
import { connectTo } from './session/session.js';

/** What is read of a machine, by the file it goes to. */
const questions = {
  'dmesg.txt': 'dmesg',
  'journal-before.txt': 'journalctl --boot=-1 --no-pager --lines=2000',
  'journal.txt': 'journalctl --boot --no-pager --lines=2000',
  'pstore.txt': 'tail -n +1 /sys/fs/pstore/* /var/lib/systemd/pstore/*/*',
  'links.txt': 'ip -details -statistics link show; ip address show; ip route show table all',
  'interrupts.txt': 'cat /proc/interrupts',
  'pci.txt': 'lspci -vv',
  'boot.txt': 'cat /proc/cmdline; grub-editenv - list; cat /var/lib/flash/boot.json',
  'record.json': 'cat /var/lib/flash/record.json',
  'restore.log': 'cat /var/lib/flash/restore.log',
  'flash.txt': 'tail -n +1 /sys/kernel/flash/*/*',
} as const;

const deadlineMs = 120_000;

/** Reads logs of a machine into files of a folder here. Nothing is changed there. Returns the files. */
export async function collectFrom(
  inventory: Inventory,
  machine: LabMachine,
  folder: string,
): Promise<readonly string[]> {
  await using connection = await connectTo(inventory, machine);
  const dir = join(folder, machine.name);
  mkdirSync(dir, { recursive: true });
  const written: string[] = [];
  const all = { 'doctor.txt': lookScript(machine), ...questions };
  for (const [file, script] of Object.entries(all)) {
    const { stdout } = await connection.attempt(`export PATH="$PATH:/usr/sbin:/sbin"\n{\n${script}\n} 2>&1`, {
      deadlineMs,
      what: `reading ${file}`,
    });
    const path = join(dir, file);
    writeFileSync(path, stdout);
    written.push(path);
  }
  return written;
}
