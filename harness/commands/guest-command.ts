import { Option, type Command } from 'commander';
import { accelerators, acceleratorVariable, type Accelerator } from '../machine/guest/accelerator.js';
import { requireAccelerator } from '../machine/guest/choose-accelerator.js';
import { baseVariable, loadBase } from '../kernel/source/base.js';
import { requireIcePackage } from '../nics/ice-package/firmware.js';
import { baseOption } from './base-option.js';

const description = `what guests run under; also set by ${acceleratorVariable}; default: KVM if it works`;

/**
 * Begins a command that boots guests: what they run under can be told, and the base of their kernel. What cannot be
 * is refused before anything is built, and so is a package for a NIC that they would have.
 */
export function guestCommand(program: Command, name: string, bootsGuests = notHere): Command {
  return (
    program
      .command(name)
      // What comes after the name of a command below it is for that one.
      .enablePositionalOptions()
      .addOption(new Option('--accel <name>', description).choices(accelerators).conflicts('here'))
      .addOption(baseOption().conflicts('here'))
      .hook('preAction', async (command, acting) => {
        // Not for a command below it, which has the option itself if it boots guests.
        if (acting !== command) return;
        const { accel, base } = command.opts<{ accel?: Accelerator; base: string }>();
        if (accel !== undefined) process.env[acceleratorVariable] = accel;
        process.env[baseVariable] = loadBase(base).name;
        if (!bootsGuests(command)) return;
        await requireAccelerator();
        requireIcePackage();
      })
  );
}

function notHere(command: Command): boolean {
  return command.opts<{ here?: boolean }>().here !== true;
}
