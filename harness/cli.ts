import { Command } from 'commander';
import { describeFailure, FlashError } from './errors.js';

const program = new Command('flash').description('FLASH: AF_XDP sockets that hand packets to each other');

try {
  await program.parseAsync();
} catch (error) {
  console.error(describeFailure(error));
  process.exitCode = error instanceof FlashError ? error.exitCode : 70;
}
