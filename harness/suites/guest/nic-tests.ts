/**
 * What holds on any device, and what concerns drivers, for the zero-copy mode of a NIC; as one file,
 * see all-tests.ts.
 */
import './driver-tests.js';
import './ethtool.test.js';
import './xdp-nic.test.js';
import './busy-source.test.js';
import './redirect.test.js';
import './tracking.test.js';
import './empty-index.test.js';
import './topology.test.js';
import './socket-modes.test.js';
import './teardown.test.js';
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
import './netconsole.test.js';
