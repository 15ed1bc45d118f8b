/**
 * Every test of this folder as one file: ava starts a worker for each file it is given, and in an
 * emulated processor a worker takes longer to start than most tests take to run.
 *
 * What is quick and says most comes first.
 */
import test from 'ava';
import { testbed } from './support/testbed.js';
import { disposeXdpWires } from './support/xdp-testbed.js';
import './redirect.test.js';
import './route.test.js';
import './tracking.test.js';
import './empty-index.test.js';
import './buffers.test.js';
import './topology.test.js';
import './registry.test.js';
import './permissions.test.js';
import './cookie.test.js';
import './charged.test.js';
import './namespaces.test.js';
import './socket-modes.test.js';
import './tracing.test.js';
import './teardown.test.js';
import './device-gone.test.js';
import './held-socket.test.js';
import './retire.test.js';
import './emptied-route.test.js';
import './room.test.js';
import './carried.test.js';
import './turns.test.js';
import './crowds.test.js';
import './waiting.test.js';
import './device-down.test.js';
import './route-changes.test.js';
import './load.test.js';
import './hostile.test.js';
import './explain.test.js';
import './flash-tool.test.js';
import './sock-diag.test.js';
import './chain.test.js';
import './bystander.test.js';
import './library.test.js';
import './library-typescript.test.js';
import './l2fwd.test.js';
import './capture.test.js';
import './examples.test.js';
import './monitor.test.js';
import './monitor-device.test.js';
import './monitor-isolation.test.js';
import './monitor-memory.test.js';
import './monitor-missing.test.js';
import './monitor-who.test.js';
import './xdp-firewall.test.js';
import './xdp-dnat.test.js';
import './xdp-redirect.test.js';
import './xdp-sockets.test.js';
import './xdp-verdicts.test.js';
import './xdp-attach.test.js';
import './xdp-life.test.js';

test.after.always('the network namespaces go', async () => {
  await testbed.dispose();
  await disposeXdpWires();
});
