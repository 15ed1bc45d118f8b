/** What concerns a driver that is a module; on a kernel for machines. */
import './support/leave-nothing.js';
import './module.test.js';
