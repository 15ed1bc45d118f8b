import { buildImage } from '../kernel/build/image.js';
import { traceConfig } from '../kernel/configs.js';
import { guest } from '../machine/guest.js';
import { buildNative } from '../native/build-native.js';
import { runTests } from './guest-suite.js';
import type { Suite } from './suite.js';

const deadlineMs = 1_200_000;

/** The scripts of bpf/trace/, and XDP programs below a dispatcher, on a kernel that knows its own types. */
export const traceSuite: Suite = {
  name: 'trace',
  onlyByName: true,
  takesMatch: true,
  async run({ image, match }) {
    await buildNative();
    const machine = guest({ image: image ?? (await buildImage({ config: traceConfig })), deadlineMs });
    return runTests('tests with BTF', machine, { entry: 'trace-tests', match });
  },
};
