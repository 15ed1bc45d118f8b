/** What concerns the driver of a NIC. */
import './support/leave-nothing.js';
import './closed-queues.test.js';
import './driver.test.js';
import './fairness.test.js';
import './held-refill.test.js';
import './leased-queue.test.js';
import './long-frames.test.js';
import './napi.test.js';
import './wire.test.js';
import './xdp-verdicts.test.js';
