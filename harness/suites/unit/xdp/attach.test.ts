import test from 'ava';
import { FlashError } from '../../../errors.js';
import { attachXdp } from '../../../xdp/attach.js';
import { programNamed } from '../../../xdp/catalogue.js';

test('a device that there is not is named', (t) => {
  const attach = (): unknown => attachXdp({ devices: [{ ifname: 'nodev0' }], programs: [programNamed('redirect')] });

  t.throws(attach, { instanceOf: FlashError, message: 'there is no device "nodev0" here' });
});
