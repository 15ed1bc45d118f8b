/** The tests of what looks into the kernel: on one that is built for it. */
import test from 'ava';
import { testbed } from './support/testbed.js';
import './bpftrace.test.js';
import './xdp-life.test.js';

test.after.always('the network namespaces go', testbed.dispose);
