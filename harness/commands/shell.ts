import type { Command } from 'commander';
import { requireNoSplats, runInGuest } from '../machine/guest/run-in-guest.js';
import { openTerminal, shellCommand } from '../machine/guest/terminal.js';
import { buildImage } from '../kernel/build/image.js';
import { buildNative } from '../native/build-native.js';
import { imageFile } from './file-options.js';
import { guestCommand } from './guest-command.js';

interface Options {
  readonly image?: string;
}

export function addShell(program: Command): void {
  guestCommand(program, 'shell')
    .description('open a shell in a guest with the FLASH kernel and this working tree')
    .option('--image <file>', 'boot this kernel instead of building one', imageFile)
    .action(async (options: Options) => {
      await buildNative();
      const image = options.image === undefined ? await buildImage() : options.image;
      using terminal = openTerminal();
      const guest = await runInGuest({
        image,
        command: shellCommand(),
        deadlineMs: Number.POSITIVE_INFINITY,
        extraQemuArgs: terminal.qemuArgs,
        onEvent: (event) => {
          if (event.kind === 'start')
            console.error(`flash: booting ${event.image} (${event.accel}); leave the shell to power off`);
          if (event.kind === 'start') void terminal.attach();
        },
      });
      // A file has none.
      if ('unref' in process.stdin) process.stdin.unref();
      requireNoSplats(guest);
    });
}
