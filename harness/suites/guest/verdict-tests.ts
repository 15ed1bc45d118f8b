/** What XDP programs can say, on any device. */
import './support/leave-nothing.js';
import './xdp-verdicts.test.js';
