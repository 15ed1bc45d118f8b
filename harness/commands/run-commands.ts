import { CommanderError, type Command } from 'commander';
import { describeFailure, exitCodes, FlashError } from '../errors.js';
import { installInterruptHandler, interruptSignal, throwIfInterrupted } from '../process/interrupt.js';

/** Does what the arguments of this process say; the exit code says what came of it. */
export async function runCommands(program: Command): Promise<void> {
  installInterruptHandler();
  try {
    await program.parseAsync();
    throwIfInterrupted();
  } catch (error) {
    const shown: unknown = interruptSignal.aborted ? interruptSignal.reason : error;
    if (shown instanceof CommanderError) {
      // Commander has said it already; asking for help is no mistake.
      process.exitCode = shown.exitCode === 0 ? 0 : exitCodes.usage;
    } else {
      console.error(describeFailure(shown));
      process.exitCode = shown instanceof FlashError ? shown.exitCode : 70;
    }
  }
}
