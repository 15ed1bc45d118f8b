import { buildImage } from '../kernel/build/image.js';
import { passthroughConfig } from '../kernel/configs.js';
import { guest } from '../machine/guest.js';
import { buildNative } from '../native/build-native.js';
import { runTests } from './guest-suite.js';
import { passthroughMachine } from './passthrough-devices.js';
import type { Suite } from './suite.js';

const deadlineMs = 1_800_000;

/** A guest with an emulated IOMMU hands a NIC on to a guest of its own, as this machine would a real one. */
export const passthroughSuite: Suite = {
  name: 'passthrough',
  onlyByName: true,
  takesMatch: true,
  async run({ image, match }) {
    await buildNative();
    const machine = guest({
      image: image ?? (await buildImage({ config: passthroughConfig })),
      extraQemuArgs: passthroughMachine,
      deadlineMs,
    });
    return runTests('a NIC that is handed on', machine, { entry: 'passthrough-tests', match });
  },
};
