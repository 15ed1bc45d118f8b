import test from 'ava';
import { testbed } from './testbed.js';
import { disposeXdpWires } from './xdp-testbed.js';

test.after.always('the network namespaces go', async () => {
  await testbed.dispose();
  await disposeXdpWires();
});
