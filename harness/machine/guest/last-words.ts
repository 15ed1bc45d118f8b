import { parseKernelLine } from './splat.js';

/** The line that tells best why QEMU ended: its own error, else the last thing said. */
export function lastWords(log: string): string {
  const lines = log.split('\n').map((line) => line.trim());
  const ownError = lines.find((line) => /^(qemu\S*: (?!warning\b)|KVM\b.*\berror\b)/.test(line));
  const said = ownError ?? lines.filter((line) => line !== '').at(-1) ?? 'it said nothing';
  return (parseKernelLine(said)?.text ?? said).replace(/^qemu\S*: (error: )?/, '');
}
