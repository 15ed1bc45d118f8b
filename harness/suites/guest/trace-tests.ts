/** The tests of what looks into the kernel: on one that is built for it. */
import './support/leave-nothing.js';
import './bpftrace.test.js';
import './xdp-life.test.js';
