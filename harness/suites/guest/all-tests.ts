/**
 * Every test of this folder as one file: ava starts a worker for each file it is given, and in an
 * emulated processor a worker takes longer to start than most tests take to run.
 */
import './core-tests.js';
import './program-tests.js';
import './monitor-tests.js';
import './xdp-tests.js';
