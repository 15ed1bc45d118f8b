/** What shows most of what a kernel could lack; as one file, see all-tests.ts. */
import './support/leave-nothing.js';
import './redirect.test.js';
import './route.test.js';
import './buffers.test.js';
import './teardown.test.js';
import './carried.test.js';
import './waiting.test.js';
import './route-changes.test.js';
import './bystander.test.js';
