/** Whether and where the driver of a NIC redirects; as one file, see all-tests.ts. */
import './support/leave-nothing.js';
import './long-frames.test.js';
import './napi.test.js';
