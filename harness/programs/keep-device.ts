import { serve } from '../machine/serve.js';
import { withDevices } from '../passthrough/with-devices.js';
import { startInnerGuest } from '../suites/guest/support/inner-guest.js';
import { keepDeviceProgram } from '../suites/keep-device-program.js';

const deadlineMs = 600_000;

await serve(keepDeviceProgram, ({ address, guestDrivers }, tell) =>
  withDevices(
    [address],
    async ({ addresses }) => {
      const guest = startInnerGuest(addresses, 'kept');
      const [said] = await guest.waitFor(/^sent$/m, { deadlineMs });
      tell({ said });
      return { exitCode: (await guest.end).exitCode };
    },
    { guestDrivers },
  ),
);
