/** What XDP programs can say, on any device. */
import test from 'ava';
import { testbed } from './support/testbed.js';
import './xdp-verdicts.test.js';

test.after.always('the network namespaces go', testbed.dispose);
