/** What takes a kernel whose contexts can be held; as one file, see all-tests.ts. */
import './support/leave-nothing.js';
import './held-carry.test.js';
import './held-device.test.js';
import './held-poll.test.js';
import './held-rings.test.js';
import './held-route.test.js';
import './held-teardown.test.js';
