/** Programs without privilege, and the monitor that leads them. As one file, see all-tests.ts. */
import './support/leave-nothing.js';
import './monitor.test.js';
import './monitor-device.test.js';
import './monitor-isolation.test.js';
import './monitor-legacy.test.js';
import './monitor-memory.test.js';
import './monitor-missing.test.js';
import './monitor-who.test.js';
