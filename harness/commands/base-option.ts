import { Option } from 'commander';
import { baseVariable, chosenBase } from '../kernel/source/base.js';

/** Which kernel the series is for. */
export function baseOption(): Option {
  return new Option('--base <name>', `the kernel the series is applied to; also set by ${baseVariable}`).default(
    chosenBase(),
  );
}
